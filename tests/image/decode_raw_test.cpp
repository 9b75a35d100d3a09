#include <gmock/gmock.h>

#include "image/decode.hpp"
#include "image/decoders.hpp"
#include "image/orient.hpp"
#include "support/dng.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using test::DngOptions;
using test::make_dng;

constexpr DecodeOptions kSmall{.side_needed = 32};

DngOptions with_preview(int orientation) {
  return {.preview = test::encode_picture(Format::jpeg, {.width = 90, .height = 60}),
          .preview_width = 90,
          .preview_height = 60,
          .orientation = orientation};
}

TEST(DecodeRaw, ShowsTheEmbeddedPreviewTheRightWayUp) {
  const Raster preview =
      decode(with_preview(1).preview, {.fidelity = Fidelity::exact}).value_or_throw().pixels;
  for (const int orientation : {1, 3, 6, 8}) {
    const Result<Decoded> decoded = decode(make_dng(with_preview(orientation)), kSmall);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded.value().format, Format::raw);
    EXPECT_EQ(decoded.value().pixels.rgb, upright(preview, orientation).rgb) << orientation;
    EXPECT_EQ(decoded.value().width, orientation >= 5 ? 64 : 96);
    EXPECT_EQ(decoded.value().height, orientation >= 5 ? 96 : 64);
  }
}

TEST(DecodeRaw, LeavesAPreviewAloneThatTheCameraHasTurnedAlready) {
  DngOptions options = with_preview(6);
  options.preview = test::encode_picture(Format::jpeg, {.width = 60, .height = 90});
  options.preview_width = 60;
  options.preview_height = 90;
  const Raster preview = decode(options.preview, {}).value_or_throw().pixels;
  const Result<Decoded> decoded = decode(make_dng(options), kSmall);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded.value().pixels.rgb, preview.rgb);
  EXPECT_EQ(decoded.value().width, 64);
  EXPECT_EQ(decoded.value().height, 96);
}

TEST(DecodeRaw, DevelopsTheSensorWhereThereIsNoPreview) {
  const Result<Decoded> decoded = decode(make_dng({.orientation = 6}), kSmall);
  ASSERT_TRUE(decoded) << decoded.error().message;
  const Raster& pixels = decoded.value().pixels;
  EXPECT_EQ(pixels.width, 32);  // Half size, turned.
  EXPECT_EQ(pixels.height, 48);
  EXPECT_EQ(decoded.value().width, 64);
  const std::uint8_t* middle = &pixels.rgb[(24 * 32 + 16) * 3];
  EXPECT_GT(middle[0], middle[1]);
  EXPECT_GT(middle[1], middle[2]);
}

TEST(DecodeRaw, DevelopsTheSensorWhereThePreviewIsTooSmall) {
  DngOptions options = with_preview(1);
  options.width = 400;
  options.height = 300;
  const Result<Decoded> decoded = decode(make_dng(options), {.side_needed = 100});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded.value().pixels.width, 200);
}

TEST(DecodeRaw, DevelopsTheSensorWhereThePreviewIsBroken) {
  DngOptions options = with_preview(1);
  options.preview.resize(options.preview.size() / 2);
  const Result<Decoded> decoded = decode(make_dng(options), kSmall);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded.value().pixels.width, 48);
}

TEST(DecodeRaw, ReadsWhenThePictureWasTaken) {
  DngOptions options = with_preview(1);
  options.taken_at = "2024:05:04 11:14:56";
  EXPECT_EQ(decode(make_dng(options), kSmall).value_or_throw().taken_at_s, 1714821296);
}

TEST(DecodeRaw, RefusesMorePixelsThanAllowedEvenWithASmallPreview) {
  const Result<Decoded> decoded = decode(make_dng(with_preview(1)), {.pixels_max = 6000});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::too_large);
}

TEST(DecodeRaw, SurvivesEveryLengthAndManyDamages) {
  const auto bytes = make_dng(with_preview(1));
  for (std::size_t size = 1; size < bytes.size(); size += 101) {
    (void)decode(std::span(bytes).first(size), kSmall);
  }
  std::uint32_t state = 3;
  for (int round = 0; round < 200; ++round) {
    auto damaged = bytes;
    for (int spot = 0; spot < 4; ++spot) {
      state = state * 1664525 + 1013904223;
      // The directories lie at the end.
      damaged[damaged.size() - 1 - (state >> 8) % 600] = static_cast<std::byte>(state >> 24);
    }
    (void)decode(damaged, {.side_needed = 32, .pixels_max = 1 << 20});
  }
}

TEST(DecodeRaw, RefusesWhatLibRawDoesNotKnow) {
  const Result<Stored> stored =
      decode_raw(test::bytes_of(std::string(5000, 'x')), {.side_needed = 32, .pixels_max = 1000});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, ErrorCode::unsupported);
  EXPECT_EQ(stored.error().message, "LibRaw does not know this kind of camera raw file");
}

}  // namespace
}  // namespace clipdex::image
