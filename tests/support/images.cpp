#include "support/images.hpp"

#include <fmt/format.h>
#include <vips/vips.h>

#include <jpeglib.h>
#include <cstdio>  // jpeglib.h needs it first.
#include <cstdlib>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace clipdex::test {
namespace {

using Bytes = std::vector<std::byte>;
using image::Format;
using image::Raster;

void append(Bytes& bytes, std::string_view text) {
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
}

void append_number(Bytes& bytes, std::uint32_t value, int size, bool big_endian = false) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::byte>(value >> 8 * (big_endian ? size - 1 - i : i)));
  }
}

Bytes encode_bmp(const Raster& raster) {
  const std::size_t row_bytes = (static_cast<std::size_t>(raster.width) * 3 + 3) / 4 * 4;
  const auto height = static_cast<std::size_t>(raster.height);
  Bytes out = bytes_of("BM");
  for (const std::size_t value :
       {54 + row_bytes * height, std::size_t{0}, std::size_t{54}, std::size_t{40},
        static_cast<std::size_t>(raster.width), height, std::size_t{24} << 16 | 1, std::size_t{0},
        row_bytes * height, std::size_t{0}, std::size_t{0}, std::size_t{0}, std::size_t{0}}) {
    append_number(out, static_cast<std::uint32_t>(value), 4);
  }
  for (int y = raster.height - 1; y >= 0; --y) {
    const std::uint8_t* row = &raster.rgb[static_cast<std::size_t>(y * raster.width) * 3];
    for (int x = 0; x < raster.width; ++x, row += 3) {
      for (const int channel : {2, 1, 0}) out.push_back(std::byte{row[channel]});
    }
    out.resize(54 + row_bytes * static_cast<std::size_t>(raster.height - y));
  }
  return out;
}

Bytes encode_pnm(const Raster& raster) {
  Bytes out = bytes_of(fmt::format("P6\n{} {}\n255\n", raster.width, raster.height));
  const auto pixels = std::as_bytes(std::span(raster.rgb));
  out.insert(out.end(), pixels.begin(), pixels.end());
  return out;
}

Bytes encode_svg(int width, int height) {
  return bytes_of(fmt::format(
      "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\"><rect width=\"{0}\" height=\"{1}\" "
      "fill=\"#204080\"/><circle cx=\"{2}\" cy=\"{2}\" r=\"{2}\" fill=\"#ff8000\"/></svg>",
      width, height, std::min(width, height) / 4));
}

/// Encodes through the libvips saver whose suffix is given, such as ".png".
Bytes encode_vips(const Raster& raster, const std::string& suffix, const PictureOptions& options) {
  if (VIPS_INIT("clipdex-test") != 0) throw std::runtime_error("libvips does not start");
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
  // The image room blocks what is not made for untrusted files, and some savers are among that.
  vips_operation_block_set("VipsForeignSave", FALSE);
#endif
  VipsImage* memory = vips_image_new_from_memory(raster.rgb.data(), raster.rgb.size(), raster.width,
                                                 raster.height, 3, VIPS_FORMAT_UCHAR);
  VipsImage* picture = nullptr;
  vips_copy(memory, &picture, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr);
  if (options.orientation != 0 || !options.taken_at.empty()) {
    const Bytes exif = make_exif(options.orientation, options.taken_at);
    vips_image_set_blob_copy(picture, VIPS_META_EXIF_NAME, exif.data(), exif.size());
    vips_image_set_int(picture, VIPS_META_ORIENTATION, std::max(1, options.orientation));
  }
  void* data = nullptr;
  std::size_t size = 0;
  Bytes out;
  if (vips_image_write_to_buffer(picture, suffix.c_str(), &data, &size, nullptr) == 0) {
    const auto* begin = static_cast<const std::byte*>(data);
    out.assign(begin, begin + size);
  }
  vips_error_clear();
  g_free(data);
  g_object_unref(picture);
  g_object_unref(memory);
  return out;
}

}  // namespace

Raster make_picture(int width, int height, unsigned seed) {
  Raster raster{width, height, {}};
  raster.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  const int radius = std::min(width, height) / 5;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int dx = x - width / 4;
      const int dy = y - height / 3;
      const unsigned slope = static_cast<unsigned>(x * 20 / width + y * 20 / height);  // 0 to 38.
      std::array<unsigned, 3> colour{40 + slope * 5, 230 - slope * 4, 60 + seed * 37 % 160};
      if (dx * dx + dy * dy < radius * radius) colour = {250, 120, 20 + seed * 11 % 200};
      if (x > width * 7 / 8 && y % 16 < 8) colour = {15, 15, 90};
      for (const unsigned value : colour) raster.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return raster;
}

Bytes encode_picture(Format format, const PictureOptions& options) {
  const Raster picture = make_picture(options.width, options.height, options.seed);
  switch (format) {
    case Format::jpeg:
      return encode_jpeg(picture, options);
    case Format::bmp:
      return encode_bmp(picture);
    case Format::pnm:
      return encode_pnm(picture);
    case Format::svg:
      return encode_svg(options.width, options.height);
    case Format::png:
      return encode_vips(picture, ".png", options);
    case Format::webp:
      return encode_vips(picture, ".webp[lossless]", options);
    case Format::tiff:
      return encode_vips(picture, ".tif", options);
    case Format::gif:
      return encode_vips(picture, ".gif[dither=0,effort=10]", options);
    case Format::jp2:
      return encode_vips(picture, ".jp2[lossless]", options);
    case Format::jxl:
      return encode_vips(picture, ".jxl[lossless,effort=3]", options);
    case Format::heif:
      return encode_vips(picture, ".avif[Q=90,effort=0]", options);
    case Format::raw:
      break;
  }
  return {};
}

Bytes encode_jpeg(const Raster& raster, const PictureOptions& options) {
  jpeg_error_mgr errors{};  // Its default error handler ends the process: good enough for a test.
  jpeg_compress_struct info{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;  // The type that libjpeg asks for.
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(raster.width);
  info.image_height = static_cast<JDIMENSION>(raster.height);
  const bool is_ink = options.colour == JpegColour::cmyk;
  info.input_components = is_ink ? 4 : 3;
  info.in_color_space = is_ink ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&info);
  if (options.colour == JpegColour::grey) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  jpeg_set_quality(&info, options.quality, TRUE);
  if (options.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (options.orientation != 0 || !options.taken_at.empty()) {
    Bytes block = bytes_of({"Exif\0\0", 6});
    const Bytes exif = make_exif(options.orientation, options.taken_at);
    block.insert(block.end(), exif.begin(), exif.end());
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(block.data()),
                      static_cast<unsigned>(block.size()));
  }
  const std::size_t row_bytes = static_cast<std::size_t>(raster.width) * 3;
  std::vector<JSAMPLE> row(static_cast<std::size_t>(raster.width) * 4);
  while (info.next_scanline < info.image_height) {
    const std::uint8_t* rgb = &raster.rgb[info.next_scanline * row_bytes];
    if (is_ink) {  // Without black ink, light is what the inverted ink says.
      for (std::size_t x = 0; x < row.size() / 4; ++x) {
        std::copy_n(rgb + 3 * x, 3, &row[4 * x]);
        row[4 * x + 3] = 255;
      }
    } else {
      std::copy_n(rgb, row_bytes, row.begin());
    }
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  Bytes out(begin, begin + size);
  std::free(data);
  return out;
}

Bytes make_exif(int orientation, const std::string& taken_at, bool big_endian) {
  Bytes out = bytes_of(big_endian ? "MM" : "II");
  const auto number = [&](std::uint32_t value, int size) {
    append_number(out, value, size, big_endian);
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count) {
    number(tag, 2);
    number(type, 2);
    number(count, 4);
  };
  constexpr std::uint32_t kDetails = 8 + 2 + 2 * 12 + 4;  // Where the second directory begins.
  constexpr std::uint32_t kTime = kDetails + 2 + 12 + 4;
  number(42, 2);
  number(8, 4);
  number(2, 2);  // The first directory: orientation, and where the second one is.
  entry(274, 3, 1);
  number(static_cast<std::uint32_t>(std::max(orientation, 1)), 2);
  number(0, 2);
  entry(34665, 4, 1);
  number(kDetails, 4);
  number(0, 4);
  number(taken_at.empty() ? 0 : 1, 2);
  entry(36867, 2, static_cast<std::uint32_t>(taken_at.size()) + 1);
  number(kTime, 4);
  number(0, 4);
  append(out, taken_at);
  number(0, 1);
  return out;
}

double mean_difference(const Raster& a, const Raster& b) {
  if (a.width != b.width || a.height != b.height || a.rgb.empty()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(a.rgb.size());
}

Bytes bytes_of(std::string_view text) {
  Bytes bytes;
  append(bytes, text);
  return bytes;
}

}  // namespace clipdex::test
