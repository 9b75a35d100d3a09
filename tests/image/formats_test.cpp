#include <gtest/gtest.h>

#include "image/decoders.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

constexpr DecodeOptions kOptions{.side_needed = 32, .pixels_max = 1'000'000};

TEST(Formats, OfTheModuleAreDecoded) {
  const Result<Stored> stored =
      decode_vips(test::encode_picture(Format::png), Format::png, kOptions);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_GT(stored.value().pixels.width, 0);
  EXPECT_EQ(stored.value().width, stored.value().pixels.width);
}

TEST(Formats, ErrorsComeOutOfTheModuleAsTheyAre) {
  const Result<Stored> stored = decode_raw(test::bytes_of(std::string(5000, 'x')), kOptions);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, ErrorCode::unsupported);
  EXPECT_EQ(stored.error().message, "LibRaw does not know this kind of camera raw file");
}

}  // namespace
}  // namespace clipdex::image
