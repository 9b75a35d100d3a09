#include <gmock/gmock.h>

#include <span>

#include "encode/encoders.hpp"
#include "image/resize.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

/// Remembers the squares that it was given.
class RecordingEncoder final : public ImageEncoder {
 public:
  const image::PreprocessSpec& preprocess() const override { return spec_; }
  std::size_t dimension() const override { return 2; }
  std::size_t batch_best() const override { return 1; }
  std::vector<Embedding> encode(std::span<const image::Raster> squares) override {
    seen.assign(squares.begin(), squares.end());
    return std::vector<Embedding>(squares.size(), Embedding{0.6F, 0.8F});
  }

  std::vector<image::Raster> seen;

 private:
  image::PreprocessSpec spec_{.size = 2};
};

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(EncodeImageBytes, DecodesCutsAndEncodes) {
  RecordingEncoder encoder;
  // 4 x 2 pixels, the middle square red: what a resize to 2 and the centre cut leave.
  const std::string side = "\x01\x01\x01";
  const std::string red = "\xFF\x01\x01";
  const std::string row = side + red + red + side;
  const auto vector =
      encode_image_bytes(encoder, bytes_of("P6 4 2 255\n" + row + row), image::Fidelity::exact);
  ASSERT_TRUE(vector) << vector.error().message;
  EXPECT_EQ(vector.value(), (Embedding{0.6F, 0.8F}));
  ASSERT_EQ(encoder.seen.size(), 1U);
  EXPECT_EQ(encoder.seen[0].width, 2);
  EXPECT_EQ(encoder.seen[0].rgb,
            (std::vector<std::uint8_t>{255, 1, 1, 255, 1, 1, 255, 1, 1, 255, 1, 1}));
}

TEST(EncodeImageBytes, PassesOnWhatDecodingSays) {
  RecordingEncoder encoder;
  EXPECT_EQ(encode_image_bytes(encoder, {}, image::Fidelity::fast).error().code,
            ErrorCode::corrupt);
  EXPECT_EQ(encode_image_bytes(encoder, bytes_of("no image"), image::Fidelity::fast).error().code,
            ErrorCode::unsupported);
  EXPECT_TRUE(encoder.seen.empty());
}

}  // namespace
}  // namespace clipdex::encode
