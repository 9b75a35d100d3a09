#include "image/decode.hpp"

#include <utility>

#include "image/decoders.hpp"
#include "image/orient.hpp"
#include "image/resize.hpp"

namespace clipdex::image {
namespace {

using Bytes = std::span<const std::byte>;

/// Some TIFFs are camera raw files that only LibRaw recognises, and some files that look like
/// camera raw are plain TIFF. The first error is the one to show when neither decoder reads the
/// file.
Result<Stored> decode_tiff_or_raw(Bytes bytes, Format& format, const DecodeOptions& options) {
  const bool is_raw = format == Format::raw;
  Result<Stored> first =
      is_raw ? decode_raw(bytes, options) : decode_vips(bytes, Format::tiff, options);
  if (first || first.error().code == ErrorCode::too_large) return first;
  Result<Stored> second =
      is_raw ? decode_vips(bytes, Format::tiff, options) : decode_raw(bytes, options);
  if (!second) return first;
  format = is_raw ? Format::tiff : Format::raw;
  return second;
}

Result<Stored> decode_stored(Bytes bytes, Format& format, const DecodeOptions& options,
                             const PreprocessSpec* spec) {
  switch (format) {
    case Format::jpeg:
      return decode_jpeg(bytes, options, spec);
    case Format::bmp:
      return decode_bmp(bytes, options);
    case Format::pnm:
      return decode_pnm(bytes, options);
    case Format::tiff:
    case Format::raw:
      return decode_tiff_or_raw(bytes, format, options);
    default:
      return decode_vips(bytes, format, options);
  }
}

/// A picture as it is stored, or what `spec` needs of it, and the facts about it.
struct Opened {
  Excerpt picture;
  int orientation;
  Decoded facts;  ///< without pixels
};

Result<Opened> open_picture(Bytes bytes, DecodeOptions options, const PreprocessSpec* spec) {
  if (bytes.empty()) return Error{ErrorCode::corrupt, "the file is empty"};
  const std::optional<Format> sniffed = sniff(bytes);
  if (!sniffed) {
    return Error{ErrorCode::unsupported,
                 "the content is that of no image format that clipdex reads"};
  }
  Format format = *sniffed;
  if (options.pixels_max == 0) options.pixels_max = default_pixels_max();
  Result<Stored> result = decode_stored(bytes, format, options, spec);
  if (!result) return std::move(result).error();
  Stored& stored = result.value();
  const bool swapped = swaps_sides(stored.exif.orientation);
  Decoded facts{.pixels = {},
                .format = format,
                .width = swapped ? stored.height : stored.width,
                .height = swapped ? stored.width : stored.height,
                .taken_at_s = stored.exif.taken_at_s};
  const int width = stored.whole_width == 0 ? stored.pixels.width : stored.whole_width;
  const int height = stored.pixels.height;
  return Opened{.picture = {std::move(stored.pixels), stored.left, 0, width, height},
                .orientation = stored.exif.orientation,
                .facts = std::move(facts)};
}

}  // namespace

Result<Decoded> decode(Bytes bytes, const DecodeOptions& options) {
  Result<Opened> opened = open_picture(bytes, options, nullptr);
  if (!opened) return std::move(opened).error();
  auto& [picture, orientation, facts] = opened.value();
  facts.pixels = upright(std::move(picture.pixels), orientation);
  return std::move(facts);
}

Result<Decoded> decode_square(Bytes bytes, const PreprocessSpec& spec, Fidelity fidelity,
                              std::uint64_t pixels_max) {
  const DecodeOptions options{
      .fidelity = fidelity, .side_needed = spec.size, .pixels_max = pixels_max};
  Result<Opened> opened = open_picture(bytes, options, &spec);
  if (!opened) return std::move(opened).error();
  auto& [picture, orientation, facts] = opened.value();
  facts.pixels = resize_and_crop(picture, orientation, spec);
  return std::move(facts);
}

}  // namespace clipdex::image
