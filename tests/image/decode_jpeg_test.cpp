#include <gmock/gmock.h>

#include "image/decode.hpp"
#include "image/decoders.hpp"
#include "image/resize.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using test::encode_picture;
using test::JpegColour;
using test::make_picture;
using test::mean_difference;
using testing::HasSubstr;

constexpr DecodeOptions kExact{.fidelity = Fidelity::exact};

std::vector<std::byte> jpeg(const test::PictureOptions& options = {}) {
  return encode_picture(Format::jpeg, options);
}

/// Where a marker, such as 0xC0 for the frame header, begins.
std::size_t find_marker(const std::vector<std::byte>& bytes, int marker) {
  for (std::size_t i = 2; i + 1 < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0xFF} && bytes[i + 1] == std::byte(marker)) return i;
  }
  return 0;
}

TEST(DecodeJpeg, ReadsProgressiveAndBaselineAlike) {
  const auto baseline = decode(jpeg(), kExact).value_or_throw();
  const auto progressive = decode(jpeg({.progressive = true}), kExact).value_or_throw();
  EXPECT_EQ(baseline.pixels.rgb, progressive.pixels.rgb);
}

TEST(DecodeJpeg, ShowsGreyAsEqualChannels) {
  const Raster grey = decode(jpeg({.colour = JpegColour::grey}), kExact).value_or_throw().pixels;
  for (std::size_t i = 0; i < grey.rgb.size(); i += 3) {
    ASSERT_EQ(grey.rgb[i], grey.rgb[i + 1]);
    ASSERT_EQ(grey.rgb[i], grey.rgb[i + 2]);
  }
}

TEST(DecodeJpeg, TurnsInvertedInkIntoLight) {
  const auto bytes = jpeg({.quality = 98, .colour = JpegColour::cmyk});
  const Raster pixels = decode(bytes, kExact).value_or_throw().pixels;
  EXPECT_LE(mean_difference(pixels, make_picture(96, 64, 1)), 3);
}

TEST(DecodeJpeg, ScalesDownInFastModeWhileTheShortSideIsThreeTimesWhatIsNeeded) {
  const auto bytes = jpeg({.width = 900, .height = 720});
  const auto width = [&](int side_needed) {
    return decode(bytes, {.side_needed = side_needed}).value_or_throw().pixels.width;
  };
  EXPECT_EQ(width(241), 900);
  EXPECT_EQ(width(240), 900);
  EXPECT_EQ(width(120), 450);
  EXPECT_EQ(width(60), 225);
  EXPECT_EQ(width(30), 113);
  EXPECT_EQ(width(1), 113);  // An eighth is the least that a JPEG can be decoded to.
  EXPECT_EQ(decode(bytes, kExact).value_or_throw().pixels.width, 900);
}

TEST(DecodeJpeg, StatesTheSizeOfTheOriginalInFastMode) {
  const auto bytes = jpeg({.width = 900, .height = 720, .orientation = 6});
  const Decoded decoded = decode(bytes, {.side_needed = 32}).value_or_throw();
  EXPECT_EQ(decoded.width, 720);
  EXPECT_EQ(decoded.height, 900);
  EXPECT_EQ(decoded.pixels.width, 180);
}

TEST(DecodeJpeg, IsHardlyDifferentInFastModeAfterTheResize) {
  const auto bytes = jpeg({.width = 900, .height = 720});
  const PreprocessSpec spec{.size = 64};
  const auto prepared = [&](Fidelity fidelity) {
    return resize_and_crop(
        decode(bytes, {.fidelity = fidelity, .side_needed = 64}).value_or_throw().pixels, spec);
  };
  EXPECT_LE(mean_difference(prepared(Fidelity::fast), prepared(Fidelity::exact)), 1);
}

TEST(DecodeJpeg, LeavesOutColumnsThatTheSquareDoesNotNeed) {
  const PreprocessSpec spec{.size = 64};
  const DecodeOptions options{.fidelity = Fidelity::exact, .pixels_max = 1 << 20};
  const auto decoded = [&](const test::PictureOptions& picture) {
    return decode_jpeg(jpeg(picture), options, &spec).value_or_throw();
  };
  const Stored wide = decoded({.width = 900, .height = 300});
  EXPECT_EQ(wide.whole_width, 900);
  EXPECT_EQ(wide.width, 900);
  EXPECT_GT(wide.left, 200);
  EXPECT_LE(wide.left, 300);
  EXPECT_LT(wide.pixels.width, 400);
  EXPECT_EQ(wide.pixels.height, 300);
  EXPECT_EQ(decoded({.width = 300, .height = 900}).pixels.width, 300);
  EXPECT_EQ(decoded({.width = 900, .height = 300, .progressive = true}).pixels.width, 900);
}

TEST(DecodeJpeg, CallsEveryTruncationCorrupt) {
  for (const bool progressive : {false, true}) {
    const auto bytes = jpeg({.progressive = progressive});
    // Where the end marker alone is missing, the picture may be whole.
    for (std::size_t size = 3; size < bytes.size() - 2; ++size) {
      const Result<Decoded> decoded = decode(std::span(bytes).first(size), kExact);
      ASSERT_FALSE(decoded) << "cut to " << size << " of " << bytes.size();
      ASSERT_EQ(decoded.error().code, ErrorCode::corrupt) << decoded.error().message;
    }
    const Result<Decoded> half = decode(std::span(bytes).first(bytes.size() / 2), kExact);
    EXPECT_EQ(half.error().message, "the JPEG data ends before the picture does");
  }
}

TEST(DecodeJpeg, TakesWhatFollowsTheEndForNothing) {
  auto bytes = jpeg();
  bytes.insert(bytes.end(), 3000, std::byte{0x55});
  EXPECT_TRUE(decode(bytes, kExact));
}

TEST(DecodeJpeg, RefusesABombBeforeDecodingIt) {
  auto bytes = jpeg();
  const std::size_t frame = find_marker(bytes, 0xC0);
  for (std::size_t i = 5; i < 9; ++i) bytes[frame + i] = std::byte{0xFF};  // Height, then width.
  const Result<Decoded> decoded = decode(bytes, {.pixels_max = 100'000'000});
  ASSERT_FALSE(decoded);
  // libjpeg has a limit of its own, just below the largest size that can be stored.
  EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
  for (const std::size_t i : {5U, 7U}) bytes[frame + i] = std::byte{0xF0};
  const Result<Decoded> large = decode(bytes, {.pixels_max = 100'000'000});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
  EXPECT_THAT(large.error().message, HasSubstr("61695 x 61695"));
}

TEST(DecodeJpeg, SaysWhichKindsItCannotDecode) {
  auto bytes = jpeg();
  bytes[find_marker(bytes, 0xC0) + 4] = std::byte{12};  // Bits for each sample.
  const Result<Decoded> decoded = decode(bytes, kExact);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_THAT(decoded.error().message, HasSubstr("this kind of JPEG cannot be decoded"));
}

TEST(DecodeJpeg, RefusesTooManyScans) {
  const auto bytes = jpeg({.progressive = true});
  // The last scan, from its header to the end marker, again and again.
  std::size_t last_scan = 0;
  for (std::size_t i = 2; i + 1 < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0xFF} && bytes[i + 1] == std::byte{0xDA}) last_scan = i;
  }
  std::vector<std::byte> bomb(bytes.begin(), bytes.end() - 2);
  for (int i = 0; i < 300; ++i) {
    bomb.insert(bomb.end(), bytes.begin() + static_cast<std::ptrdiff_t>(last_scan),
                bytes.end() - 2);
  }
  bomb.insert(bomb.end(), bytes.end() - 2, bytes.end());
  const Result<Decoded> decoded = decode(bomb, kExact);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::too_large);
  EXPECT_EQ(decoded.error().message, "the JPEG has more scans than the limit of 200");
}

}  // namespace
}  // namespace clipdex::image
