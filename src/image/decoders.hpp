/// The decoders behind `decode()`: each turns the bytes of its formats into RGB8 as the file stores
/// them. `decode()` chooses one and turns the result upright.
#pragma once

#include <cstddef>
#include <span>

#include "image/decode.hpp"
#include "image/exif.hpp"
#include "image/raster.hpp"

namespace clipdex::image {

/// Pixels as a file stores them, and what has still to be done with them.
struct Stored {
  Raster pixels;
  int left = 0;         ///< column of the whole picture that `pixels` begin with
  int whole_width = 0;  ///< of the picture of which `pixels` are columns; 0: they are all of it
  int width = 0;        ///< of the original as stored; `pixels` may be smaller
  int height = 0;
  Exif
      exif;  ///< the orientation in it has not been applied; 1 where the decoder turned the picture
};

// All of them: thread-safe; `options.pixels_max` is a real limit, never 0; sizes are refused from
// the header, before memory is taken for pixels. Errors are those of `decode()`.

/// JPEG through libjpeg: grey, RGB, YCbCr, CMYK and YCCK. Scaled down for `Fidelity::fast`.
/// @param spec what will become of the pixels, if that is known: columns on the left and the right
///             that it does not need may then be missing, whichever orientation is applied first
Result<Stored> decode_jpeg(std::span<const std::byte> bytes, const DecodeOptions& options,
                           const PreprocessSpec* spec = nullptr);

/// BMP, which libvips does not read by itself: 1 to 32 bits, palettes, bit fields, run lengths,
/// top-down.
Result<Stored> decode_bmp(std::span<const std::byte> bytes, const DecodeOptions& options);

/// PNM (PBM, PGM, PPM; plain and raw, up to 16 bits): libvips does not scale by the stated maximum.
Result<Stored> decode_pnm(std::span<const std::byte> bytes, const DecodeOptions& options);

// The next two lie in the module `formats`, which the first call of either loads: libvips and
// LibRaw bring a hundred libraries along. Where it cannot be loaded, they give its error.

/// What libvips reads by itself: PNG, WebP, TIFF, GIF, JPEG 2000, JPEG XL, HEIF, SVG.
/// The first call in a process starts libvips.
Result<Stored> decode_vips(std::span<const std::byte> bytes, Format format,
                           const DecodeOptions& options);

/// Camera raw through LibRaw: the largest embedded JPEG, or the developed picture at half size when
/// there is no such preview whose short side is at least `options.side_needed`. The size that it
/// states is that of the full picture.
Result<Stored> decode_raw(std::span<const std::byte> bytes, const DecodeOptions& options);

/// The functions of the module `formats`.
struct FormatDecoders {
  Result<Stored> (*vips)(std::span<const std::byte> bytes, Format format,
                         const DecodeOptions& options);
  Result<Stored> (*raw)(std::span<const std::byte> bytes, const DecodeOptions& options);
};

/// CMYK to RGB as Pillow's convert("RGB") does it, without a colour profile.
/// @param cmyk four bytes for each pixel, 0 = no ink
/// @param rgb  three bytes for each pixel
void cmyk_to_rgb(std::span<const std::uint8_t> cmyk, std::span<std::uint8_t> rgb) noexcept;

}  // namespace clipdex::image
