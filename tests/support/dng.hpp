/// A small camera raw file, made at test time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace clipdex::test {

/// What `make_dng` writes.
struct DngOptions {
  int width = 96;  ///< of the sensor, in pixels; even
  int height = 64;
  std::vector<std::byte> preview{};  ///< a whole JPEG, or empty for a file without a preview
  int preview_width = 0;
  int preview_height = 0;
  int orientation = 1;     ///< EXIF tag 274 of the whole file
  std::string taken_at{};  ///< EXIF DateTimeOriginal; empty leaves it out
};

/// A DNG 1.4 with an uncompressed 16-bit Bayer sensor (RGGB) that saw a dark orange, and a white
/// lamp in the right quarter. Little-endian.
std::vector<std::byte> make_dng(const DngOptions& options);

}  // namespace clipdex::test
