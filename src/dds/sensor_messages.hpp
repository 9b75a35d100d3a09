/// The messages of cameras: packages std_msgs and sensor_msgs.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"

namespace clipdex::dds {

namespace std_msgs {

/// msg/Header.
struct Header {
  Time stamp;
  std::string frame_id;
  static constexpr auto kFields = std::tuple(&Header::stamp, &Header::frame_id);
};

}  // namespace std_msgs

namespace sensor_msgs {

/// msg/Image: pixels without compression. Nothing here says that `data` holds as many bytes as
/// height and step promise; the receiver must check.
struct Image {
  static constexpr const char* kTypeName = "sensor_msgs::msg::dds_::Image_";
  std_msgs::Header header;
  std::uint32_t height = 0;        ///< rows
  std::uint32_t width = 0;         ///< columns
  std::string encoding;            ///< such as "rgb8"
  std::uint8_t is_bigendian = 0;   ///< byte order of samples wider than a byte
  std::uint32_t step = 0;          ///< bytes from one row to the next
  std::vector<std::uint8_t> data;  ///< row by row, the top one first
  static constexpr auto kFields =
      std::tuple(&Image::header, &Image::height, &Image::width, &Image::encoding,
                 &Image::is_bigendian, &Image::step, &Image::data);
};

/// msg/CompressedImage: the bytes of an image file.
struct CompressedImage {
  static constexpr const char* kTypeName = "sensor_msgs::msg::dds_::CompressedImage_";
  std_msgs::Header header;
  std::string format;  ///< such as "jpeg" or "rgb8; jpeg compressed bgr8"
  std::vector<std::uint8_t> data;
  static constexpr auto kFields =
      std::tuple(&CompressedImage::header, &CompressedImage::format, &CompressedImage::data);
};

}  // namespace sensor_msgs

}  // namespace clipdex::dds
