#include <fmt/format.h>
#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "image/decoders.hpp"
#include "image/limits.hpp"

namespace clipdex::image {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Image = std::unique_ptr<VipsImage, Unref>;
using Region = std::unique_ptr<VipsRegion, Unref>;

/// Rows that are computed at a time: enough to hide the cost of a step, few enough to stay in the
/// cache.
constexpr int kStripRows = 64;

/// libvips and the libraries below it print warnings about files; they belong into the log.
void log_message(const gchar* domain, GLogLevelFlags, const gchar* message, gpointer) {
  log_line(LogLevel::debug, fmt::format("{}: {}", domain == nullptr ? "" : domain, message));
}

/// Starts libvips for the whole process, once: without threads of its own, since whoever decodes
/// runs many decodes at once; without its cache, since no image is read twice; and with loaders
/// that are made for untrusted files, plus those of formats that clipdex promises to read.
bool start_libvips() {
  g_log_set_handler("VIPS", GLogLevelFlags(G_LOG_LEVEL_MASK), log_message, nullptr);
  if (VIPS_INIT("clipdex") != 0) return false;
  vips_concurrency_set(1);
  vips_cache_set_max(0);
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
  vips_block_untrusted_set(TRUE);
  for (const char* name :
       {"VipsForeignLoadJp2k", "VipsForeignLoadJxl", "VipsForeignLoadSvg", "VipsForeignLoadHeif"}) {
    vips_operation_block_set(name, FALSE);
  }
  for (const char* name : {"VipsForeignLoadMagick", "VipsForeignLoadMagick7", "VipsForeignLoadPdf",
                           "VipsForeignLoadOpenslide"}) {
    vips_operation_block_set(name, TRUE);
  }
#endif
  return true;
}

/// The error of the last libvips call. libvips keeps one text for all threads, so it goes to the
/// log, where a stray line does no harm, and not into the message.
Error broken(Format format) {
  const std::unique_ptr<char, decltype(&g_free)> text(vips_error_buffer_copy(), g_free);
  log_line(LogLevel::debug, fmt::format("libvips: {}", text.get()));
  return {ErrorCode::corrupt, fmt::format("the {} data is broken or cut off", format_name(format))};
}

/// Whether this build of libvips can read a format; it may have been built without some libraries.
bool has_loader(Format format) {
  const std::string_view name = format == Format::jp2 ? "jp2k" : format_name(format);
  return vips_type_find("VipsOperation", fmt::format("{}load_buffer", name).c_str()) != 0;
}

/// Opens the first page or frame, reading no more than the header.
Image open_image(std::span<const std::byte> bytes, Format format, double svg_scale) {
  void* data = const_cast<std::byte*>(bytes.data());
  const std::size_t size = bytes.size();
  VipsImage* out = nullptr;
  const auto load = [&](auto loader, auto... options) {
    loader(data, size, &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
           options..., nullptr);
  };
  switch (format) {
    case Format::png:
      load(vips_pngload_buffer);
      break;
    case Format::webp:
      load(vips_webpload_buffer);
      break;
    case Format::tiff:
      load(vips_tiffload_buffer);
      break;
    case Format::gif:
      load(vips_gifload_buffer);
      break;
    case Format::jp2:
      load(vips_jp2kload_buffer);
      break;
    case Format::jxl:
      load(vips_jxlload_buffer);
      break;
    case Format::heif:
      load(vips_heifload_buffer);
      break;
    case Format::svg:
      load(vips_svgload_buffer, "scale", svg_scale);
      break;
    default:
      break;
  }
  return Image(out);
}

/// One step of the way to RGB8: replaces `image` by what a libvips operation makes of it.
template <class Operation, class... Options>
bool step(Image& image, Operation operation, Options... options) {
  VipsImage* out = nullptr;
  if (operation(image.get(), &out, options..., nullptr) != 0) return false;
  image.reset(out);
  return true;
}

/// How many bands carry colour; one more is alpha, and those after it mean nothing to us.
int colour_bands(const Image& image) {
  switch (image->Type) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
      return 1;
    case VIPS_INTERPRETATION_CMYK:
      return 4;
    default:
      return 3;
  }
}

bool lay_on_white(Image& image) {
  const int bands = colour_bands(image);
  if (image->Bands > bands + 1) return step(image, vips_extract_band, 0, "n", bands);
  if (image->Bands <= bands || vips_image_hasalpha(image.get()) == 0) return true;
  const bool is_deep = image->BandFmt == VIPS_FORMAT_USHORT;
  const bool is_linear = image->Type == VIPS_INTERPRETATION_scRGB;
  const double light = is_linear ? 1.0 : is_deep ? 65535.0 : 255.0;
  const std::unique_ptr<VipsArea, decltype(&vips_area_unref)> white(
      VIPS_AREA(vips_array_double_newv(1, light)), vips_area_unref);
  return step(image, vips_flatten, "background", white.get());
}

/// Builds the operations that lead to three bands of bytes, or to four of ink for CMYK.
bool convert_to_bytes(Image& image) {
  // The packed Lab of TIFF has a fourth band that is no alpha.
  const bool is_packed = image->Coding != VIPS_CODING_NONE;
  if (is_packed && !step(image, vips_colourspace, VIPS_INTERPRETATION_sRGB)) return false;
  if (!lay_on_white(image)) return false;
  if (image->Type == VIPS_INTERPRETATION_CMYK && image->Bands == 4) {
    return step(image, vips_cast_uchar, "shift", TRUE);
  }
  if (vips_colourspace_issupported(image.get()) != 0) {
    if (!step(image, vips_colourspace, VIPS_INTERPRETATION_sRGB)) return false;
  }
  if (image->BandFmt != VIPS_FORMAT_UCHAR && !step(image, vips_cast_uchar)) return false;
  // What is left has bands without a meaning: the first three are shown, or the first one as grey.
  if (image->Bands >= 3) return image->Bands == 3 || step(image, vips_extract_band, 0, "n", 3);
  if (image->Bands == 2 && !step(image, vips_extract_band, 0)) return false;
  VipsImage* grey[3] = {image.get(), image.get(), image.get()};
  VipsImage* out = nullptr;
  if (vips_bandjoin(grey, &out, 3, nullptr) != 0) return false;
  image.reset(out);
  return true;
}

/// Runs the operations in this thread, strip by strip from the top, straight into the raster.
bool compute(const Image& image, Raster& raster) {
  raster.width = image->Xsize;
  raster.height = image->Ysize;
  const auto width = static_cast<std::size_t>(raster.width);
  raster.rgb.resize(width * static_cast<std::size_t>(raster.height) * 3);
  const Region region(vips_region_new(image.get()));
  std::uint8_t* to = raster.rgb.data();
  for (int top = 0; top < raster.height; top += kStripRows) {
    const VipsRect strip{0, top, raster.width, std::min(kStripRows, raster.height - top)};
    if (vips_region_prepare(region.get(), &strip) != 0) return false;
    for (int y = top; y < top + strip.height; ++y, to += width * 3) {
      const VipsPel* from = VIPS_REGION_ADDR(region.get(), 0, y);
      if (image->Bands == 4) {
        cmyk_to_rgb({from, width * 4}, {to, width * 3});
      } else {
        std::memcpy(to, from, width * 3);
      }
    }
  }
  return true;
}

/// What the file says about orientation and time. HEIF and JPEG XL have their own orientation,
/// which their decoders apply; EXIF in them repeats it and must not be applied again.
Exif exif_of(const Image& image, std::span<const std::byte> bytes, Format format) {
  if (format == Format::tiff) return read_exif(bytes);
  Exif exif;
  const void* block = nullptr;
  std::size_t size = 0;
  if (vips_image_get_typeof(image.get(), VIPS_META_EXIF_NAME) != 0 &&
      vips_image_get_blob(image.get(), VIPS_META_EXIF_NAME, &block, &size) == 0) {
    exif = read_exif({static_cast<const std::byte*>(block), size});
  }
  if (format == Format::heif || format == Format::jxl) exif.orientation = 1;
  return exif;
}

/// The factor by which a drawing is rendered so that its short side is what is needed, or as much
/// of that as the limit on pixels allows.
double svg_scale_for(const Image& natural, const DecodeOptions& options) {
  const double width = natural->Xsize;
  const double height = natural->Ysize;
  const double needed = std::max(1.0, options.side_needed / std::min(width, height));
  // Both sides may be rounded up: (width · s + 1) · (height · s + 1) = pixels_max, solved for s.
  const double area = width * height;
  const double sum = width + height;
  const double pixels = static_cast<double>(options.pixels_max) - 1;
  const double allowed = (std::sqrt(sum * sum + 4 * area * pixels) - sum) / (2 * area);
  return std::min(needed, allowed);
}

}  // namespace

Result<Stored> decode_vips(std::span<const std::byte> bytes, Format format,
                           const DecodeOptions& options) {
  static const bool started = start_libvips();
  if (!started) return Error{ErrorCode::internal, "libvips, which reads images, does not start"};
  if (!has_loader(format)) {
    return Error{ErrorCode::unsupported,
                 fmt::format("libvips on this machine was built without {}", format_name(format))};
  }
  Image image = open_image(bytes, format, 1.0);
  if (!image) return broken(format);
  Stored stored{.pixels = {}, .width = image->Xsize, .height = image->Ysize, .exif = {}};
  if (format == Format::svg) {
    image = open_image(bytes, format, svg_scale_for(image, options));
    if (!image) return broken(format);
  }
  if (auto error = refuse_size(image->Xsize, image->Ysize, options.pixels_max)) return *error;
  stored.exif = exif_of(image, bytes, format);
  if (!convert_to_bytes(image) || !compute(image, stored.pixels)) return broken(format);
  return stored;
}

}  // namespace clipdex::image
