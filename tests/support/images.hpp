/// Encoded images made at test time, so that no binary file has to be committed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/decode.hpp"
#include "image/raster.hpp"

namespace clipdex::test {

/// How a JPEG stores its colours.
enum class JpegColour { rgb, grey, cmyk };

/// What `encode_picture` makes.
struct PictureOptions {
  int width = 96;
  int height = 64;
  unsigned seed = 1;         ///< another seed gives another picture
  int orientation = 0;       ///< EXIF tag 274; 0 leaves it out. JPEG, PNG, WebP, TIFF and HEIF
  std::string taken_at{};    ///< EXIF DateTimeOriginal, `YYYY:MM:DD HH:MM:SS`; not in TIFF
  int quality = 92;          ///< of a JPEG, 1 to 100
  bool progressive = false;  ///< JPEG only
  JpegColour colour = JpegColour::rgb;  ///< JPEG only
};

/// A deterministic opaque picture: a slope of light, bars and a disc. It has no symmetry, so a
/// turned or mirrored one is never equal to it, and fewer than 256 colours, so GIF holds it without
/// loss.
image::Raster make_picture(int width, int height, unsigned seed);

/// The same picture as the bytes of a file; an SVG holds another drawing of that size.
/// Lossless for PNG, WebP, TIFF, BMP, GIF, PNM, JP2 and JXL; lossy for JPEG and HEIF.
/// @return empty when the libraries on this machine cannot write the format (raw: never), and then
/// the
///         test that wants it must say that it skips
std::vector<std::byte> encode_picture(image::Format format, const PictureOptions& options = {});

/// The raster as JPEG. CMYK is stored inverted, as Adobe's programs do.
std::vector<std::byte> encode_jpeg(const image::Raster& raster, const PictureOptions& options = {});

/// An EXIF block from its TIFF header on, without the `Exif` prefix that JPEG wants before it.
std::vector<std::byte> make_exif(int orientation, const std::string& taken_at,
                                 bool big_endian = false);

/// The mean absolute difference of two rasters in steps of 8 bits; 255 when their sizes differ.
double mean_difference(const image::Raster& a, const image::Raster& b);

/// The bytes of a text.
std::vector<std::byte> bytes_of(std::string_view text);

}  // namespace clipdex::test
