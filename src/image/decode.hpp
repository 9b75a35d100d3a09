/// From the bytes of any image file to upright RGB8 pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clipdex/error.hpp"
#include "image/raster.hpp"

namespace clipdex::image {

enum class Format { jpeg, png, webp, tiff, bmp, gif, pnm, jp2, jxl, heif, svg, raw };

/// The name of a format in lower case, such as "jpeg". Static lifetime.
std::string_view format_name(Format format) noexcept;

/// What the first bytes say that a file is; names do not matter. 4 KiB are enough for every format.
/// @return nothing when they are those of no image format that clipdex knows.
std::optional<Format> sniff(std::span<const std::byte> head) noexcept;

/// How faithful a decode must be.
enum class Fidelity {
  fast,   ///< a JPEG may be decoded scaled down while its short side stays ≥ 3 × `side_needed`
  exact,  ///< the pixels that Pillow gives, byte for byte, for the formats they share
};

struct DecodeOptions {
  Fidelity fidelity = Fidelity::fast;
  int side_needed = 224;  ///< the short side that is needed later, in pixels
  std::uint64_t pixels_max =
      0;  ///< refuse larger images before decoding them; 0: `default_pixels_max()`
};

/// An upright picture (EXIF orientation applied, transparency laid on white, any colour model as
/// RGB8).
struct Decoded {
  Raster pixels;  ///< may be smaller than the original, see `Fidelity::fast`
  Format format = Format::jpeg;
  int width = 0;  ///< of the upright original, in pixels
  int height = 0;
  std::optional<std::int64_t>
      taken_at_s;  ///< EXIF DateTimeOriginal as if it were UTC, seconds since 1970
};

/// The largest image that this machine can decode in every worker at once without running out of
/// memory: derived once from the memory that is there (cgroup limits included).
std::uint64_t default_pixels_max();

/// Decodes one image. An empty span is `corrupt`. Thread-safe; the first call starts libvips.
/// Errors: `corrupt` (truncated, broken), `unsupported` (no image, or no decoder for it in this
/// build), `too_large` (more pixels than allowed; the message names both numbers). Messages name no
/// file: the caller knows it.
Result<Decoded> decode(std::span<const std::byte> bytes, const DecodeOptions& options);

/// Decodes one image as the square that a model takes: `pixels` are those of `resize_and_crop` of
/// what `decode` gives with `side_needed = spec.size`, bit for bit, for less work, since much of
/// what the crop throws away is never computed. Everything else is as in `decode`.
Result<Decoded> decode_square(std::span<const std::byte> bytes, const PreprocessSpec& spec,
                              Fidelity fidelity, std::uint64_t pixels_max = 0);

}  // namespace clipdex::image
