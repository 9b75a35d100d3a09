#include "nodes/frame_pixels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace clipdex::nodes {
namespace {

using dds::sensor_msgs::Image;

// No camera has longer sides; and so no product of sizes below overflows.
constexpr std::uint32_t kSideMax = 65'536;

enum class Layout { packed, uyvy, yuyv, nv12, file };

/// How the pixels of an encoding lie in memory.
struct Encoding {
  std::string_view name;
  Layout layout = Layout::packed;
  std::size_t pixel_bytes = 0;            ///< of a row, by pixel
  std::array<std::size_t, 3> channels{};  ///< packed: where red, green and blue are in a pixel
};

constexpr std::array kEncodings{
    Encoding{"rgb8", Layout::packed, 3, {0, 1, 2}},
    Encoding{"bgr8", Layout::packed, 3, {2, 1, 0}},
    Encoding{"8UC3", Layout::packed, 3, {2, 1, 0}},
    Encoding{"rgba8", Layout::packed, 4, {0, 1, 2}},
    Encoding{"bgra8", Layout::packed, 4, {2, 1, 0}},
    Encoding{"mono8", Layout::packed, 1, {0, 0, 0}},
    Encoding{"8UC1", Layout::packed, 1, {0, 0, 0}},
    Encoding{"nv12", Layout::nv12, 1, {}},
    Encoding{"yuv422", Layout::uyvy, 2, {}},
    Encoding{"uyvy", Layout::uyvy, 2, {}},
    Encoding{"yuv422_yuy2", Layout::yuyv, 2, {}},
    Encoding{"yuyv", Layout::yuyv, 2, {}},
    Encoding{"jpg", Layout::file, 0, {}},
    Encoding{"jpeg", Layout::file, 0, {}},
    Encoding{"png", Layout::file, 0, {}},
};

Result<Frame> file_in(std::span<const std::uint8_t> data) {
  if (data.empty()) return Error{ErrorCode::corrupt, "a compressed frame without bytes"};
  const auto bytes = std::as_bytes(data);
  return Frame(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

/// The rows of the (first) plane. In NV12, the rows of colour follow with the same step.
struct Rows {
  const std::uint8_t* data = nullptr;
  std::size_t step = 0;
  const std::uint8_t* row(std::size_t y) const { return data + y * step; }
};

/// Checks size, step and amount of data. Everything after it relies on that.
Result<Rows> rows_of(const Image& image, const Encoding& encoding) {
  const auto fault = [&](std::string_view what) {
    return Error{ErrorCode::corrupt, fmt::format("a frame of {} x {} pixels in {} {}", image.width,
                                                 image.height, encoding.name, what)};
  };
  if (image.width == 0 || image.height == 0) return fault("has no pixel");
  if (image.width > kSideMax || image.height > kSideMax) return fault("is too large to be true");
  const bool is_nv12 = encoding.layout == Layout::nv12;
  if (encoding.layout != Layout::packed && image.width % 2 != 0) return fault("has an odd width");
  if (is_nv12 && image.height % 2 != 0) return fault("has an odd height");
  const std::size_t row_bytes = image.width * encoding.pixel_bytes;
  const std::size_t rows = is_nv12 ? image.height + image.height / 2 : image.height;
  // Senders of NV12 disagree about the step of two planes; without padding there is no doubt.
  const bool is_dense = image.step == 0 || (is_nv12 && image.data.size() == row_bytes * rows);
  const std::size_t step = is_dense ? row_bytes : image.step;
  if (step < row_bytes) return fault(fmt::format("has a step of {} bytes", step));
  if (image.data.size() < step * (rows - 1) + row_bytes) {
    return fault(fmt::format("and a step of {} bytes holds {} bytes", step, image.data.size()));
  }
  return Rows{image.data.data(), step};
}

std::uint8_t clamped(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

/// ITU-R BT.601, luma 16 to 235, in 8-bit fixed point.
void put_yuv(std::uint8_t* rgb, int luma, int u, int v) {
  const int c = 298 * (luma - 16) + 128;
  const int d = u - 128;
  const int e = v - 128;
  rgb[0] = clamped((c + 409 * e) >> 8);
  rgb[1] = clamped((c - 100 * d - 208 * e) >> 8);
  rgb[2] = clamped((c + 516 * d) >> 8);
}

/// One row to RGB. `colour` is the row of colour in NV12.
void convert_row(const Encoding& encoding, const std::uint8_t* row, const std::uint8_t* colour,
                 std::span<std::uint8_t> rgb) {
  const std::size_t width = rgb.size() / 3;
  for (std::size_t x = 0; x < width; ++x) {
    std::uint8_t* const to = &rgb[x * 3];
    const std::size_t pair = x / 2 * 2;  // Two neighbours share their colour.
    switch (encoding.layout) {
      case Layout::nv12:
        put_yuv(to, row[x], colour[pair], colour[pair + 1]);
        break;
      case Layout::uyvy:
        put_yuv(to, row[2 * x + 1], row[2 * pair], row[2 * pair + 2]);
        break;
      case Layout::yuyv:
        put_yuv(to, row[2 * x], row[2 * pair + 1], row[2 * pair + 3]);
        break;
      default:
        for (std::size_t i = 0; i < 3; ++i) {
          to[i] = row[x * encoding.pixel_bytes + encoding.channels[i]];
        }
    }
  }
}

}  // namespace

Result<Frame> read_frame(const Image& message) {
  const auto* encoding =
      std::find_if(kEncodings.begin(), kEncodings.end(),
                   [&](const Encoding& one) { return one.name == message.encoding; });
  if (encoding == kEncodings.end()) {
    return Error{ErrorCode::unsupported,
                 fmt::format("frames in '{}' are not understood; send rgb8, bgr8, mono8, nv12, "
                             "yuv422 or jpeg",
                             message.encoding)};
  }
  if (encoding->layout == Layout::file) return file_in(message.data);
  const Result<Rows> rows = rows_of(message, *encoding);
  if (!rows) return rows.error();
  FramePixels pixels{static_cast<int>(message.width), static_cast<int>(message.height), {}};
  const std::size_t row_bytes = std::size_t{3} * message.width;
  pixels.rgb.resize(row_bytes * message.height);
  for (std::size_t y = 0; y < message.height; ++y) {
    const bool has_plane = encoding->layout == Layout::nv12;
    const std::uint8_t* colour = has_plane ? rows.value().row(message.height + y / 2) : nullptr;
    convert_row(*encoding, rows.value().row(y), colour,
                std::span(pixels.rgb).subspan(y * row_bytes, row_bytes));
  }
  return Frame(std::move(pixels));
}

Result<Frame> read_frame(const dds::sensor_msgs::CompressedImage& message) {
  return file_in(message.data);
}

}  // namespace clipdex::nodes
