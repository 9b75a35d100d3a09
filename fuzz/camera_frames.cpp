// Any bytes as a camera's frame: first the CDR of a sensor_msgs/msg/Image, whose size, step and
// encoding then meet data that need not fit them. Pixels come out in full, or there is an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>

#include "nodes/frame_pixels.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using clipdex::dds::sensor_msgs::Image;
  const auto message = clipdex::dds::deserialize<Image>(std::as_bytes(std::span(data, size)));
  if (!message) return 0;
  const auto frame = clipdex::nodes::read_frame(message.value());
  if (!frame) return 0;
  const auto* pixels = std::get_if<clipdex::nodes::FramePixels>(&frame.value());
  if (pixels == nullptr) return 0;
  const auto count =
      static_cast<std::size_t>(pixels->width) * static_cast<std::size_t>(pixels->height);
  if (count == 0 || pixels->rgb.size() != 3 * count) std::abort();
  return 0;
}
