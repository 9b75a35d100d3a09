#include "image/tiff_tags.hpp"

namespace clipdex::image {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kEntryBytes = 12;
constexpr std::size_t kInlineBytes = 4;

// The types of a field that are read here (TIFF 6.0, section 2; kIfd is of its supplement 1).
constexpr std::uint16_t kByte = 1;
constexpr std::uint16_t kAscii = 2;
constexpr std::uint16_t kShort = 3;
constexpr std::uint16_t kLong = 4;
constexpr std::uint16_t kIfd = 13;

}  // namespace

std::optional<TiffTags> TiffTags::open(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kHeaderBytes || bytes[0] != bytes[1]) return std::nullopt;
  const char mark = static_cast<char>(bytes[0]);
  if (mark != 'I' && mark != 'M') return std::nullopt;
  return TiffTags(bytes, mark == 'M');
}

std::optional<std::uint16_t> TiffTags::u16(std::size_t position) const noexcept {
  if (position > bytes_.size() || bytes_.size() - position < 2) return std::nullopt;
  const auto first = std::to_integer<unsigned>(bytes_[position]);
  const auto second = std::to_integer<unsigned>(bytes_[position + 1]);
  return static_cast<std::uint16_t>(big_endian_ ? first << 8 | second : second << 8 | first);
}

std::optional<std::uint32_t> TiffTags::u32(std::size_t position) const noexcept {
  const auto first = u16(position);
  const auto second = u16(position + 2);
  if (!first || !second) return std::nullopt;
  const std::uint32_t high = big_endian_ ? *first : *second;
  const std::uint32_t low = big_endian_ ? *second : *first;
  return high << 16 | low;
}

std::optional<TiffEntry> TiffTags::find(std::uint32_t directory, std::uint16_t tag) const noexcept {
  const std::uint16_t entries = u16(directory).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t position = std::size_t{directory} + 2 + i * kEntryBytes;
    const auto found = u16(position);
    const auto type = u16(position + 2);
    const auto count = u32(position + 4);
    if (!count || !u32(position + 8)) return std::nullopt;  // The directory is cut off here.
    if (found == tag) return TiffEntry{*type, *count, position + 8};
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TiffTags::number(std::uint32_t directory,
                                              std::uint16_t tag) const noexcept {
  const std::optional<TiffEntry> entry = find(directory, tag);
  if (!entry || entry->count == 0) return std::nullopt;
  std::size_t position = entry->value_position;
  const std::size_t value_bytes = entry->type == kByte ? 1 : entry->type == kShort ? 2 : 4;
  if (entry->count > kInlineBytes / value_bytes) position = *u32(position);
  if (entry->type == kByte) {
    if (position >= bytes_.size()) return std::nullopt;
    return std::to_integer<std::uint32_t>(bytes_[position]);
  }
  if (entry->type == kShort) return u16(position);
  if (entry->type == kLong || entry->type == kIfd) return u32(position);
  return std::nullopt;
}

std::string_view TiffTags::text(std::uint32_t directory, std::uint16_t tag) const noexcept {
  const std::optional<TiffEntry> entry = find(directory, tag);
  if (!entry || entry->type != kAscii) return {};
  std::size_t position = entry->value_position;
  if (entry->count > kInlineBytes) position = *u32(position);
  if (position > bytes_.size() || entry->count > bytes_.size() - position) return {};
  const std::string_view field(reinterpret_cast<const char*>(bytes_.data()) + position,
                               entry->count);
  return field.substr(0, field.find('\0'));
}

}  // namespace clipdex::image
