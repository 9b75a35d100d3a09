#include <gmock/gmock.h>

#include <string>

#include "image/decode.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::string little(std::uint64_t value, int size) {
  std::string out;
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> 8 * i);
  return out;
}

/// What a test BMP consists of; `extra` stands between the header and the pixels.
struct Bmp {
  int width = 2;
  int height = 1;
  std::uint32_t bits = 24;
  std::uint32_t compression = 0;
  std::string extra{};
  std::string pixels{};
  std::uint32_t header_bytes = 40;
};

std::vector<std::byte> bytes_of(const Bmp& bmp) {
  std::string header = little(bmp.header_bytes, 4) +
                       little(static_cast<std::uint32_t>(bmp.width), 4) +
                       little(static_cast<std::uint32_t>(bmp.height), 4) + little(1, 2) +
                       little(bmp.bits, 2) + little(bmp.compression, 4) + std::string(20, '\0');
  header += bmp.extra;
  const auto position = static_cast<std::uint32_t>(14 + header.size());
  return test::bytes_of("BM" + little(0, 8) + little(position, 4) + header + bmp.pixels);
}

Result<Decoded> decode_bmp_of(const Bmp& bmp) {
  return decode(bytes_of(bmp), {.pixels_max = 1'000'000});
}

std::vector<std::uint8_t> pixels_of(const Bmp& bmp) {
  return decode_bmp_of(bmp).value_or_throw().pixels.rgb;
}

// Blue, green, red and a zero: black, red, green, white.
const std::string kPalette = "\0\0\0\0\0\0\xFF\0\0\xFF\0\0\xFF\xFF\xFF\0"s;

TEST(DecodeBmp, ReadsTrueColourFromTheBottomUpOrTheTopDown) {
  const std::string rows = "\1\2\3\4\5\6\0\0\x11\x12\x13\x14\x15\x16\0\0"s;
  EXPECT_THAT(pixels_of({.height = 2, .pixels = rows}),
              ElementsAre(0x13, 0x12, 0x11, 0x16, 0x15, 0x14, 3, 2, 1, 6, 5, 4));
  EXPECT_THAT(pixels_of({.height = -2, .pixels = rows}),
              ElementsAre(3, 2, 1, 6, 5, 4, 0x13, 0x12, 0x11, 0x16, 0x15, 0x14));
}

TEST(DecodeBmp, ReadsPalettesOfOneFourAndEightBits) {
  const auto expected = ElementsAre(255, 0, 0, 0, 0, 0);
  EXPECT_THAT(pixels_of({.bits = 1, .extra = kPalette.substr(0, 8), .pixels = "\x80\0\0\0"s}),
              expected);
  EXPECT_THAT(pixels_of({.bits = 4, .extra = kPalette, .pixels = "\x10\0\0\0"s}), expected);
  EXPECT_THAT(pixels_of({.bits = 8, .extra = kPalette, .pixels = "\1\0\0\0"s}), expected);
  // An index without an entry is black.
  EXPECT_THAT(pixels_of({.width = 1, .bits = 8, .extra = kPalette, .pixels = "\x7F\0\0\0"s}),
              ElementsAre(0, 0, 0));
}

TEST(DecodeBmp, ReadsFieldsOf16And32Bits) {
  EXPECT_THAT(pixels_of({.bits = 16, .pixels = "\0\x7C\x1F\0"s}),
              ElementsAre(255, 0, 0, 0, 0, 255));
  const std::string fields565 = little(0xF800, 4) + little(0x07E0, 4) + little(0x001F, 4);
  EXPECT_THAT(
      pixels_of({.bits = 16, .compression = 3, .extra = fields565, .pixels = "\xE0\x07\x1F\0"s}),
      ElementsAre(0, 255, 0, 0, 0, 255));
  EXPECT_THAT(pixels_of({.width = 1, .bits = 32, .pixels = "\1\2\3\0"s}), ElementsAre(3, 2, 1));
}

TEST(DecodeBmp, LaysTransparencyOnWhiteUnlessAllOfItIsTransparent) {
  const std::string fields =
      little(0xFF0000, 4) + little(0xFF00, 4) + little(0xFF, 4) + little(0xFF000000, 4);
  Bmp bmp{.bits = 32, .compression = 3, .extra = fields, .header_bytes = 56};
  bmp.pixels = "\1\2\3\xFF\1\2\3\0"s;
  EXPECT_THAT(pixels_of(bmp), ElementsAre(3, 2, 1, 255, 255, 255));
  bmp.pixels = "\1\2\3\0\4\5\6\0"s;
  EXPECT_THAT(pixels_of(bmp), ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(DecodeBmp, ReadsRunLengths) {
  // Two red; a run of green, white, and green again; the end.
  const Bmp rle8{.width = 5,
                 .bits = 8,
                 .compression = 1,
                 .extra = kPalette,
                 .pixels = "\2\1\0\3\2\3\2\0\0\1"s};
  EXPECT_THAT(pixels_of(rle8),
              ElementsAre(255, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255, 0, 255, 0));
  const Bmp rle4{.width = 5,
                 .bits = 4,
                 .compression = 2,
                 .extra = kPalette,
                 .pixels = "\2\x13\0\3\x21\x20\0\1"s};
  EXPECT_THAT(pixels_of(rle4),
              ElementsAre(255, 0, 0, 255, 255, 255, 0, 255, 0, 255, 0, 0, 0, 255, 0));
  // A step of one to the right and one up leaves colour 0 behind.
  const Bmp delta{.width = 2,
                  .height = 2,
                  .bits = 8,
                  .compression = 1,
                  .extra = kPalette,
                  .pixels = "\0\2\1\1\1\3\0\1"s};
  EXPECT_THAT(pixels_of(delta), ElementsAre(0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0));
}

TEST(DecodeBmp, StaysInsideThePictureWhateverTheRunsSay) {
  for (const std::string& runs : {"\xFF\1\xFF\1\0\1"s, "\0\2\xFF\xFF\1\1\0\1"s,
                                  "\0\2\0\xFF\1\1\0\1"s, "\0\xFF\1"s, "\0\2"s}) {
    (void)decode_bmp_of({.bits = 8, .compression = 1, .extra = kPalette, .pixels = runs});
  }
}

TEST(DecodeBmp, CallsMissingPixelsCorrupt) {
  const Bmp cases[] = {{.height = 2, .pixels = "\1\2\3\4\5\6\0\0"s},
                       {.pixels = ""},
                       {.bits = 8, .compression = 1, .extra = kPalette, .pixels = "\1\1"s}};
  for (const Bmp& bmp : cases) {
    const Result<Decoded> decoded = decode_bmp_of(bmp);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    EXPECT_EQ(decoded.error().message, "the BMP data ends before the picture does");
  }
}

TEST(DecodeBmp, SaysWhichKindsItCannotDecode) {
  const Result<Decoded> decoded = decode_bmp_of({.compression = 4, .pixels = "\1\2\3\4\5\6\0\0"s});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_EQ(decoded.error().message,
            "this kind of BMP cannot be decoded: 24 bits a pixel, compression 4");
}

TEST(DecodeBmp, RefusesImpossibleAndHugeSizesBeforeItTakesMemory) {
  EXPECT_EQ(decode_bmp_of({.width = 0}).error().code, ErrorCode::corrupt);
  EXPECT_EQ(decode_bmp_of({.width = -5}).error().code, ErrorCode::corrupt);
  EXPECT_EQ(decode_bmp_of({.height = INT32_MIN}).error().code, ErrorCode::corrupt);
  EXPECT_EQ(decode_bmp_of({.width = 100000, .height = 100000}).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace clipdex::image
