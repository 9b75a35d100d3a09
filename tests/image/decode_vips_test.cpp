#include <gmock/gmock.h>
#include <vips/vips.h>

#include <string>

#include "image/decode.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using test::bytes_of;
using test::encode_picture;
using testing::ElementsAre;

constexpr DecodeOptions kExact{.fidelity = Fidelity::exact};

/// A picture of one colour, encoded by libvips. `values` are one for each band.
std::vector<std::byte> encode_even(const std::vector<double>& values, VipsBandFormat format,
                                   VipsInterpretation interpretation, const char* suffix) {
  decode(encode_picture(Format::png), {}).value_or_throw();  // Starts libvips as clipdex does.
  VipsImage* black = nullptr;
  VipsImage* even = nullptr;
  VipsImage* typed = nullptr;
  VipsImage* named = nullptr;
  vips_black(&black, 4, 3, "bands", static_cast<int>(values.size()), nullptr);
  const std::vector<double> ones(values.size(), 1.0);
  vips_linear(black, &even, ones.data(), values.data(), static_cast<int>(values.size()), nullptr);
  vips_cast(even, &typed, format, nullptr);
  vips_copy(typed, &named, "interpretation", interpretation, nullptr);
  void* data = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(vips_image_write_to_buffer(named, suffix, &data, &size, nullptr), 0);
  const auto* begin = static_cast<const std::byte*>(data);
  const std::vector<std::byte> out(begin, begin + size);
  g_free(data);
  for (VipsImage* image : {black, even, typed, named}) g_object_unref(image);
  return out;
}

/// The one colour of a picture that `encode_even` made.
std::vector<int> colour_of(const std::vector<std::byte>& bytes) {
  const Decoded decoded = decode(bytes, kExact).value_or_throw();
  const auto& rgb = decoded.pixels.rgb;
  EXPECT_EQ(rgb.size(), 36U);
  for (std::size_t i = 3; i < rgb.size(); ++i) EXPECT_EQ(rgb[i], rgb[i - 3]);
  return {rgb[0], rgb[1], rgb[2]};
}

TEST(DecodeVips, LaysTransparencyOnWhite) {
  EXPECT_THAT(
      colour_of(encode_even({0, 100, 200, 0}, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB, ".png")),
      ElementsAre(255, 255, 255));
  EXPECT_THAT(colour_of(encode_even({0, 100, 200, 255}, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB,
                                    ".png")),
              ElementsAre(0, 100, 200));
  EXPECT_THAT(colour_of(encode_even({0, 51}, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_B_W, ".png")),
              ElementsAre(204, 204, 204));
  EXPECT_THAT(colour_of(encode_even({0, 0, 65535, 13107}, VIPS_FORMAT_USHORT,
                                    VIPS_INTERPRETATION_RGB16, ".png")),
              ElementsAre(204, 204, 255));
}

TEST(DecodeVips, KeepsTheHighByteOf16Bits) {
  for (const char* suffix : {".png", ".tif"}) {
    EXPECT_THAT(colour_of(encode_even({0x12FF, 0x8000, 0xFF00}, VIPS_FORMAT_USHORT,
                                      VIPS_INTERPRETATION_RGB16, suffix)),
                ElementsAre(0x12, 0x80, 0xFF));
    EXPECT_THAT(
        colour_of(encode_even({0x7FFF}, VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_GREY16, suffix)),
        ElementsAre(0x7F, 0x7F, 0x7F));
  }
}

TEST(DecodeVips, ShowsInkAndLabAsRgb) {
  EXPECT_THAT(
      colour_of(encode_even({255, 0, 0, 0}, VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_CMYK, ".tif")),
      ElementsAre(0, 255, 255));
  const auto lab =
      colour_of(encode_even({50, 0, 0}, VIPS_FORMAT_FLOAT, VIPS_INTERPRETATION_LAB, ".tif"));
  EXPECT_THAT(lab, testing::Each(testing::AllOf(testing::Ge(117), testing::Le(121))));
}

TEST(DecodeVips, ShowsTheFirstThreeOfManyBands) {
  EXPECT_THAT(colour_of(encode_even({10, 20, 30, 40, 50}, VIPS_FORMAT_UCHAR,
                                    VIPS_INTERPRETATION_MULTIBAND, ".tif")),
              ElementsAre(10, 20, 30));
}

TEST(DecodeVips, RendersADrawingAsLargeAsNeeded) {
  const auto svg = encode_picture(Format::svg, {.width = 40, .height = 20});
  const Decoded small = decode(svg, {.side_needed = 10}).value_or_throw();
  EXPECT_EQ(small.format, Format::svg);
  EXPECT_EQ(small.pixels.width, 40);
  EXPECT_EQ(small.pixels.height, 20);
  const Decoded large = decode(svg, {.side_needed = 224}).value_or_throw();
  EXPECT_EQ(large.pixels.width, 448);
  EXPECT_EQ(large.pixels.height, 224);
  EXPECT_EQ(large.width, 40);
  EXPECT_EQ(large.height, 20);
  const std::uint8_t* corner = &large.pixels.rgb[large.pixels.rgb.size() - 3];
  EXPECT_THAT(std::vector<int>(corner, corner + 3), ElementsAre(0x20, 0x40, 0x80));
}

TEST(DecodeVips, RendersADrawingSmallerThanItsSizeWhenTheLimitSaysSo) {
  const auto svg = encode_picture(Format::svg, {.width = 4000, .height = 3000});
  const Decoded decoded = decode(svg, {.side_needed = 10, .pixels_max = 10'000}).value_or_throw();
  EXPECT_LE(decoded.pixels.width * decoded.pixels.height, 10'000);
  EXPECT_GE(decoded.pixels.width * decoded.pixels.height, 9'000);
  EXPECT_EQ(decoded.width, 4000);
  const auto thin = encode_picture(Format::svg, {.width = 4000, .height = 1});
  EXPECT_LE(decode(thin, {.side_needed = 224, .pixels_max = 10'000}).value_or_throw().pixels.width,
            10'000);
}

TEST(DecodeVips, ReadsNoOtherFileForADrawing) {
  const Result<Decoded> decoded = decode(
      bytes_of(
          "<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink' "
          "width='9' height='9'><image x:href='file:///etc/passwd' width='9' height='9'/></svg>"),
      {});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_THAT(decoded.value().pixels.rgb, testing::Each(255));
}

TEST(DecodeVips, CallsBrokenDrawingsCorrupt) {
  for (const char* text : {"<svg", "<svg>", "<svg xmlns='http://www.w3.org/2000/svg' width='9'>"}) {
    const Result<Decoded> decoded = decode(bytes_of(text), {});
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    EXPECT_EQ(decoded.error().message, "the svg data is broken or cut off");
  }
}

TEST(DecodeVips, RefusesABombBeforeItTakesMemory) {
  // A PNG whose header states 100,000 x 100,000 pixels, with the right checksum.
  auto bomb = encode_picture(Format::png);
  for (const std::size_t side : {16U, 20U}) {
    bomb[side] = std::byte{0};
    bomb[side + 1] = std::byte{0x01};
    bomb[side + 2] = std::byte{0x86};
    bomb[side + 3] = std::byte{0xA0};
  }
  std::uint32_t crc = 0xFFFFFFFF;  // Of chunk name and header (PNG specification, annex D).
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= std::to_integer<std::uint32_t>(bomb[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320 ^ crc >> 1 : crc >> 1;
  }
  for (std::size_t i = 0; i < 4; ++i) bomb[29 + i] = static_cast<std::byte>(~crc >> (24 - 8 * i));
  const Result<Decoded> decoded = decode(bomb, {.pixels_max = 1'000'000'000});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::too_large) << decoded.error().message;
  EXPECT_THAT(decoded.error().message, testing::HasSubstr("10000000000 pixels"));
}

TEST(DecodeVips, BlocksWhatIsNotMadeForUntrustedFiles) {
  decode(encode_picture(Format::png), {}).value_or_throw();
  VipsImage* out = nullptr;
  const auto pdf = bytes_of("%PDF-1.4\n");
  EXPECT_NE(vips_magickload_buffer(const_cast<std::byte*>(pdf.data()), pdf.size(), &out, nullptr),
            0);
  EXPECT_NE(vips_pdfload_buffer(const_cast<std::byte*>(pdf.data()), pdf.size(), &out, nullptr), 0);
  EXPECT_EQ(vips_concurrency_get(), 1);
  EXPECT_EQ(vips_cache_get_max(), 0);
  vips_error_clear();
}

}  // namespace
}  // namespace clipdex::image
