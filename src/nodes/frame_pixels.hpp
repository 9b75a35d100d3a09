/// From the messages of a camera to pixels or to the bytes of an image file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "clipdex/error.hpp"
#include "dds/sensor_messages.hpp"

namespace clipdex::nodes {

/// RGB8, row by row from the top, three bytes a pixel, no padding.
struct FramePixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// What a frame holds: pixels, or the bytes of an image file that still has to be decoded.
using Frame = std::variant<FramePixels, std::vector<std::byte>>;

/// Reads a frame by its `encoding`: rgb8, bgr8, rgba8, bgra8, mono8, nv12, yuv422 (UYVY),
/// yuv422_yuy2 (YUYV), their other names 8UC3, 8UC1, uyvy and yuyv, and jpg, jpeg or png, whose
/// `data` is a file. YUV is that of ITU-R BT.601 in the range of video. A `step` of 0 stands for
/// rows without padding. Errors: `unsupported` for any other encoding; `corrupt` when there is less
/// data than size and step promise, or the size does not fit the encoding.
Result<Frame> read_frame(const dds::sensor_msgs::Image& message);

/// The bytes of a compressed frame, whatever its `format` says. Errors: `corrupt` when there are
/// none.
Result<Frame> read_frame(const dds::sensor_msgs::CompressedImage& message);

}  // namespace clipdex::nodes
