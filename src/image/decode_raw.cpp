#include <libraw/libraw.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "image/decoders.hpp"
#include "image/limits.hpp"

namespace clipdex::image {
namespace {

struct ClearMemory {
  void operator()(libraw_processed_image_t* image) const { LibRaw::dcraw_clear_mem(image); }
};
using ProcessedImage = std::unique_ptr<libraw_processed_image_t, ClearMemory>;

/// LibRaw's turns (0, 3, 5, 6; see libraw_image_sizes_t::flip) as EXIF orientations.
int orientation_of_flip(int flip) {
  switch (flip) {
    case 3:
      return 3;
    case 5:
      return 8;
    case 6:
      return 6;
    default:
      return 1;
  }
}

/// LibRaw reads the camera's clock as if it showed local time; this undoes it.
std::optional<std::int64_t> clock_of(std::time_t timestamp) {
  std::tm clock{};
  if (timestamp <= 0 || ::localtime_r(&timestamp, &clock) == nullptr) return std::nullopt;
  return ::timegm(&clock);
}

/// A bitmap that LibRaw made: RGB8 or grey.
std::optional<Raster> raster_of(const libraw_processed_image_t& image) {
  if (image.type != LIBRAW_IMAGE_BITMAP || image.bits != 8) return std::nullopt;
  const std::size_t area = std::size_t{image.width} * image.height;
  if (area == 0 || image.data_size < area * image.colors) return std::nullopt;
  Raster raster{image.width, image.height, {}};
  raster.rgb.resize(area * 3);
  if (image.colors == 3) {
    std::copy_n(image.data, raster.rgb.size(), raster.rgb.begin());
  } else if (image.colors == 1) {
    for (std::size_t i = 0; i < area; ++i) std::fill_n(&raster.rgb[3 * i], 3, image.data[i]);
  } else {
    return std::nullopt;
  }
  return raster;
}

/// The bytes of the largest embedded preview when it is a JPEG, else none. LibRaw would hand them
/// to libjpeg itself, with error handling that prints.
std::span<const std::byte> jpeg_preview(LibRaw& raw, std::span<const std::byte> bytes) {
  const INT64 position = raw.get_internal_data_pointer()->internal_data.toffset;
  if (position <= 0 || static_cast<std::uint64_t>(position) >= bytes.size()) return {};
  bytes = bytes.subspan(static_cast<std::size_t>(position));
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), raw.imgdata.thumbnail.tlength));
  return sniff(bytes) == Format::jpeg ? bytes : std::span<const std::byte>();
}

Stored stored_from(Raster raster) {
  const int width = raster.width;
  const int height = raster.height;
  return {.pixels = std::move(raster), .width = width, .height = height, .exif = {}};
}

/// The sensor's data developed at half size, not turned.
std::optional<Raster> develop(LibRaw& raw) {
  raw.imgdata.params.half_size = 1;
  raw.imgdata.params.use_camera_wb = 1;
  raw.imgdata.params.user_flip = 0;
  if (raw.unpack() != LIBRAW_SUCCESS || raw.error_count() > 0) return std::nullopt;
  if (raw.dcraw_process() != LIBRAW_SUCCESS) return std::nullopt;
  const ProcessedImage image(raw.dcraw_make_mem_image());
  return image ? raster_of(*image) : std::nullopt;
}

bool is_landscape(int width, int height) { return width > height; }

}  // namespace

Result<Stored> decode_raw(std::span<const std::byte> bytes, const DecodeOptions& options) {
  const auto raw = std::make_unique<LibRaw>();   // Too large for a worker's stack.
  raw->set_dataerror_handler(nullptr, nullptr);  // The default one prints.
  const int opened = raw->open_buffer(const_cast<std::byte*>(bytes.data()), bytes.size());
  if (opened == LIBRAW_FILE_UNSUPPORTED) {
    return Error{ErrorCode::unsupported, "LibRaw does not know this kind of camera raw file"};
  }
  if (opened != LIBRAW_SUCCESS) {
    return Error{ErrorCode::corrupt, "the camera raw data is broken or cut off"};
  }
  const auto& sizes = raw->imgdata.sizes;
  for (const auto& [width, height] :
       {std::pair(sizes.raw_width, sizes.raw_height), std::pair(sizes.width, sizes.height)}) {
    if (auto error = refuse_size(width, height, options.pixels_max)) return *error;
  }
  const int orientation = orientation_of_flip(sizes.flip);
  const int width = sizes.width;
  const int height = sizes.height;

  std::optional<Stored> result;
  if (Result<Stored> preview = decode_jpeg(jpeg_preview(*raw, bytes), options)) {
    result = std::move(preview).value();
  }
  if (!result || std::min(result->width, result->height) < options.side_needed) {
    if (auto developed = develop(*raw)) result = stored_from(*std::move(developed));
  }
  if (!result) {
    return Error{ErrorCode::corrupt,
                 "the camera raw data holds neither a preview nor a picture that can be read"};
  }
  // A preview that stands where the sensor lies has been turned by the camera already.
  const bool is_turned = is_landscape(result->width, result->height) != is_landscape(width, height);
  result->exif.orientation = is_turned ? 1 : orientation;
  if (!result->exif.taken_at_s) result->exif.taken_at_s = read_exif(bytes).taken_at_s;
  if (!result->exif.taken_at_s) result->exif.taken_at_s = clock_of(raw->imgdata.other.timestamp);
  result->width = std::max(result->width, is_turned ? height : width);
  result->height = std::max(result->height, is_turned ? width : height);
  return *std::move(result);
}

}  // namespace clipdex::image
