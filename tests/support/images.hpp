/// Encoded images made at test time, so that no binary file has to be committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/decode.hpp"
#include "image/raster.hpp"

namespace clipdex::test {

/// How a JPEG stores its colours.
enum class JpegColour { rgb, grey, cmyk };

/// What `encode_picture` makes. The members below `seed` matter to JPEG only.
struct PictureOptions {
  int width = 96;
  int height = 64;
  unsigned seed = 1;           ///< another seed gives another picture
  int quality = 92;
  bool progressive = false;
  JpegColour colour = JpegColour::rgb;
  int orientation = 0;         ///< EXIF tag 274; 0 leaves it out
  std::string taken_at;        ///< EXIF DateTimeOriginal, `YYYY:MM:DD HH:MM:SS`; empty leaves it out
};

/// A deterministic opaque picture: soft gradients, a few hard-edged shapes, and no symmetry, so that a
/// turned or mirrored one is never equal to it.
image::Raster make_picture(int width, int height, unsigned seed);

/// The same picture as the bytes of a file. Lossless for PNG, TIFF, BMP, GIF (216 colours: reduced before
/// encoding), PNM, JP2 and WebP; lossy for JPEG and HEIF. For SVG, a drawing of that size.
/// @return empty when the libraries on this machine cannot write the format (raw never), and then the
///         test that wants it must say that it skips
std::vector<std::byte> encode_picture(image::Format format, const PictureOptions& options = {});

/// Encodes a raster without loss as PNG.
std::vector<std::byte> encode_png(const image::Raster& raster);

/// An EXIF block that starts with its TIFF header, without the `Exif` prefix of JPEG. Little-endian, or
/// big-endian for the other half of all cameras.
std::vector<std::byte> make_exif(int orientation, const std::string& taken_at,
                                 bool big_endian = false);

/// The mean absolute difference of two rasters of equal size, in steps of 8 bits; 255 for unequal sizes.
double mean_difference(const image::Raster& a, const image::Raster& b);

/// The bytes of a text.
std::vector<std::byte> bytes_of(std::string_view text);

}  // namespace clipdex::test
