/// The two facts that clipdex takes from EXIF: which way is up, and when the picture was taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace clipdex::image {

/// What an EXIF block says; the defaults stand for what it does not say.
struct Exif {
  int orientation = 1;  ///< tag 274, always 1 to 8
  std::optional<std::int64_t>
      taken_at_s;  ///< DateTimeOriginal, else DateTimeDigitized; seconds since 1970
};

/// Reads an EXIF block: a TIFF structure (Exif 2.32, 4.5), with or without the six bytes `Exif\0\0`
/// before it. A whole TIFF file is one too. Garbage gives the defaults. Thread-safe.
Exif read_exif(std::span<const std::byte> block) noexcept;

/// The time that EXIF writes as `YYYY:MM:DD HH:MM:SS`, taken as UTC since EXIF names no zone.
/// @return seconds since 1970; nothing for blanks, zeros and times that no calendar has
std::optional<std::int64_t> parse_exif_time(std::string_view text) noexcept;

}  // namespace clipdex::image
