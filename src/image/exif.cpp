#include "image/exif.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "image/tiff_tags.hpp"

namespace clipdex::image {
namespace {

constexpr std::string_view kPrefix("Exif\0\0", 6);
constexpr std::uint16_t kTagOrientation = 274;
constexpr std::uint16_t kTagExifDirectory = 34665;
constexpr std::uint16_t kTagDateTimeOriginal = 36867;
constexpr std::uint16_t kTagDateTimeDigitized = 36868;

/// The number that the whole of `text` spells; -1 when it holds anything but digits.
int parse_digits(std::string_view text) noexcept {
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return -1;
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_exif_time(std::string_view text) noexcept {
  constexpr std::size_t kLength = 19;
  if (text.size() < kLength || text[4] != text[7] || (text[4] != ':' && text[4] != '-') ||
      (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const int year = parse_digits(text.substr(0, 4));
  const int month = parse_digits(text.substr(5, 2));
  const int day = parse_digits(text.substr(8, 2));
  const int hour = parse_digits(text.substr(11, 2));
  const int minute = parse_digits(text.substr(14, 2));
  const int second = parse_digits(text.substr(17, 2));
  if (year < 1 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

Exif read_exif(std::span<const std::byte> block) noexcept {
  Exif exif;
  const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  if (text.starts_with(kPrefix)) block = block.subspan(kPrefix.size());
  const std::optional<TiffTags> tags = TiffTags::open(block);
  if (!tags) return exif;
  const std::uint32_t main = tags->first_directory();
  const std::uint32_t orientation = tags->number(main, kTagOrientation).value_or(1);
  if (orientation >= 1 && orientation <= 8) exif.orientation = static_cast<int>(orientation);
  const std::optional<std::uint32_t> details = tags->number(main, kTagExifDirectory);
  if (!details) return exif;
  exif.taken_at_s = parse_exif_time(tags->text(*details, kTagDateTimeOriginal));
  if (!exif.taken_at_s) {
    exif.taken_at_s = parse_exif_time(tags->text(*details, kTagDateTimeDigitized));
  }
  return exif;
}

}  // namespace clipdex::image
