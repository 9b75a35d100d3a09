#include "nodes/frame_pixels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clipdex::nodes {
namespace {

using dds::sensor_msgs::CompressedImage;
using dds::sensor_msgs::Image;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Image make_image(const std::string& encoding, std::uint32_t width, std::uint32_t height,
                 std::uint32_t step, std::vector<std::uint8_t> data) {
  Image image;
  image.encoding = encoding;
  image.width = width;
  image.height = height;
  image.step = step;
  image.data = std::move(data);
  return image;
}

FramePixels pixels_of(const Image& image) {
  Result<Frame> frame = read_frame(image);
  if (!frame) {
    ADD_FAILURE() << frame.error().message;
    return {};
  }
  return std::get<FramePixels>(std::move(frame).value());
}

Error error_of(const Image& image) {
  const Result<Frame> frame = read_frame(image);
  return frame ? Error{ErrorCode::internal, "there was no error"} : frame.error();
}

TEST(ReadFrame, PackedPixelsBecomeRgbWhateverTheirOrder) {
  EXPECT_THAT(pixels_of(make_image("rgb8", 1, 2, 3, {1, 2, 3, 4, 5, 6})).rgb,
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(pixels_of(make_image("bgr8", 2, 1, 6, {1, 2, 3, 4, 5, 6})).rgb,
              ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(pixels_of(make_image("rgba8", 1, 1, 4, {1, 2, 3, 9})).rgb, ElementsAre(1, 2, 3));
  EXPECT_THAT(pixels_of(make_image("bgra8", 1, 1, 4, {1, 2, 3, 9})).rgb, ElementsAre(3, 2, 1));
  EXPECT_THAT(pixels_of(make_image("mono8", 2, 1, 2, {7, 8})).rgb, ElementsAre(7, 7, 7, 8, 8, 8));
}

TEST(ReadFrame, PaddingOfRowsIsLeftOut) {
  const FramePixels pixels = pixels_of(make_image("mono8", 1, 2, 3, {5, 0, 0, 6}));
  EXPECT_EQ(pixels.width, 1);
  EXPECT_EQ(pixels.height, 2);
  EXPECT_THAT(pixels.rgb, ElementsAre(5, 5, 5, 6, 6, 6));
}

TEST(ReadFrame, AStepOfZeroMeansRowsWithoutPadding) {
  EXPECT_THAT(pixels_of(make_image("rgb8", 1, 1, 0, {1, 2, 3})).rgb, ElementsAre(1, 2, 3));
}

// Colours by the formula of ITU-R BT.601: Y 81, U 90, V 240 is red; Y 16 black; Y 235 white.
TEST(ReadFrame, YuvBecomesRgb) {
  EXPECT_THAT(pixels_of(make_image("yuv422", 2, 1, 4, {128, 16, 128, 235})).rgb,
              ElementsAre(0, 0, 0, 255, 255, 255));
  const auto red = ElementsAre(255, 0, 0, 255, 0, 0);
  EXPECT_THAT(pixels_of(make_image("yuv422", 2, 1, 4, {90, 81, 240, 81})).rgb, red);
  EXPECT_THAT(pixels_of(make_image("yuv422_yuy2", 2, 1, 4, {81, 90, 81, 240})).rgb, red);
}

TEST(ReadFrame, Nv12TakesTheColourOfABlockOfFour) {
  // Two blocks side by side, grey and red.
  const std::vector<std::uint8_t> dense{16, 235, 81, 81, 235, 16, 81, 81, 128, 128, 90, 240};
  const FramePixels pixels = pixels_of(make_image("nv12", 4, 2, 4, dense));
  EXPECT_THAT(pixels.rgb, ElementsAre(0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 0,  //
                                      255, 255, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0));
  // Some senders count both planes into the step.
  EXPECT_EQ(pixels_of(make_image("nv12", 4, 2, 6, dense)).rgb, pixels.rgb);
}

TEST(ReadFrame, Nv12MayHavePaddedRowsInBothPlanes) {
  const std::vector<std::uint8_t> padded{81, 81, 0, 81, 81, 0, 90, 240};
  EXPECT_THAT(pixels_of(make_image("nv12", 2, 2, 3, padded)).rgb,
              ElementsAre(255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0));
}

TEST(ReadFrame, JpegIsLeftToTheDecoder) {
  for (const char* encoding : {"jpg", "jpeg"}) {
    const Result<Frame> frame = read_frame(make_image(encoding, 0, 0, 0, {0xFF, 0xD8}));
    ASSERT_TRUE(frame);
    EXPECT_THAT(std::get<std::vector<std::byte>>(frame.value()),
                ElementsAre(std::byte{0xFF}, std::byte{0xD8}));
  }
}

TEST(ReadFrame, ACompressedFrameIsItsBytes) {
  CompressedImage image;
  image.data = {1, 2};
  const Result<Frame> frame = read_frame(image);
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<std::vector<std::byte>>(frame.value()).size(), 2U);
  EXPECT_EQ(read_frame(CompressedImage{}).error().message, "a compressed frame without bytes");
}

TEST(ReadFrame, AnUnknownEncodingIsNamed) {
  const Error error = error_of(make_image("bayer_rggb8", 2, 2, 2, {1, 2, 3, 4}));
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("'bayer_rggb8'"));
}

TEST(ReadFrame, ContradictionsAreFoundBeforeAnythingIsTouched) {
  const auto fault = [](const std::string& encoding, std::uint32_t width, std::uint32_t height,
                        std::uint32_t step, std::size_t bytes) {
    const Error error =
        error_of(make_image(encoding, width, height, step, std::vector<std::uint8_t>(bytes)));
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    return error.message;
  };
  EXPECT_THAT(fault("rgb8", 0, 5, 0, 15), HasSubstr("0 x 5 pixels in rgb8 has no pixel"));
  EXPECT_THAT(fault("rgb8", 2, 2, 6, 11), HasSubstr("a step of 6 bytes holds 11 bytes"));
  EXPECT_THAT(fault("rgb8", 2, 2, 5, 12), HasSubstr("has a step of 5 bytes"));
  EXPECT_THAT(fault("mono8", 4'000'000'000, 4'000'000'000, 0, 9), HasSubstr("too large"));
  EXPECT_THAT(fault("mono8", 60'000, 60'000, 4'294'967'295, 9), HasSubstr("holds 9 bytes"));
  EXPECT_THAT(fault("yuv422", 3, 1, 6, 6), HasSubstr("odd width"));
  EXPECT_THAT(fault("nv12", 2, 3, 2, 9), HasSubstr("odd height"));
  EXPECT_THAT(fault("nv12", 2, 2, 2, 5), HasSubstr("holds 5 bytes"));
  EXPECT_THAT(fault("jpeg", 2, 2, 2, 0), HasSubstr("without bytes"));
}

}  // namespace
}  // namespace clipdex::nodes
