/// The tags of a TIFF structure, read from bytes that nobody vouches for. EXIF blocks, TIFF files
/// and most camera raw files share this structure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace clipdex::image {

/// One entry of a directory. Where it lies was checked; its values are checked when they are read.
struct TiffEntry {
  std::uint16_t type = 0;   ///< field type of TIFF 6.0, section 2: 2 ASCII, 3 SHORT, 4 LONG …
  std::uint32_t count = 0;  ///< number of values
  std::size_t value_position = 0;  ///< where up to four bytes of values lie, or the offset of more
};

/// Reads tags in place; the bytes must outlive it. Any offset may point anywhere: what lies outside
/// of the bytes is not there. Does no work beyond one pass over a directory. Thread-safe.
class TiffTags {
 public:
  /// @return nothing unless the bytes start with a byte order mark (II or MM) and hold an
  /// eight-byte
  ///         header. The magic number after the mark is not looked at: raw formats have their own.
  static std::optional<TiffTags> open(std::span<const std::byte> bytes) noexcept;

  /// The number after the byte order mark, 42 for TIFF itself.
  std::uint16_t magic() const noexcept { return *u16(2); }

  /// The position of the first directory (IFD0), as the header gives it.
  std::uint32_t first_directory() const noexcept { return *u32(4); }

  /// Searches one directory for a tag.
  std::optional<TiffEntry> find(std::uint32_t directory, std::uint16_t tag) const noexcept;

  /// The first value of a BYTE, SHORT or LONG tag; nothing when the tag is absent or has another
  /// type.
  std::optional<std::uint32_t> number(std::uint32_t directory, std::uint16_t tag) const noexcept;

  /// The text of an ASCII tag up to its first zero byte; empty when there is none. Views the bytes.
  std::string_view text(std::uint32_t directory, std::uint16_t tag) const noexcept;

 private:
  TiffTags(std::span<const std::byte> bytes, bool big_endian)
      : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint16_t> u16(std::size_t position) const noexcept;
  std::optional<std::uint32_t> u32(std::size_t position) const noexcept;

  std::span<const std::byte> bytes_;
  bool big_endian_;
};

}  // namespace clipdex::image
