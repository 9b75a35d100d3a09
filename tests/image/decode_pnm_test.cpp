#include <gmock/gmock.h>

#include <string>

#include "image/decode.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

Result<Decoded> decode_text(const std::string& text) {
  return decode(test::bytes_of(text), {.pixels_max = 1'000'000});
}

/// The first channel of every pixel.
std::vector<int> light_of(const std::string& text) {
  const Decoded decoded = decode_text(text).value_or_throw();
  std::vector<int> out;
  for (std::size_t i = 0; i < decoded.pixels.rgb.size(); i += 3)
    out.push_back(decoded.pixels.rgb[i]);
  return out;
}

TEST(DecodePnm, ReadsThePlainKinds) {
  EXPECT_THAT(light_of("P1\n# made by hand\n3 2\n101\n0 1 0\n"),
              ElementsAre(0, 255, 0, 255, 0, 255));
  EXPECT_THAT(light_of("P2 2 1 # width, height\n15\n0 7"), ElementsAre(0, 119));
  const Decoded colour = decode_text("P3 1 1 100 0 50 100").value_or_throw();
  EXPECT_THAT(colour.pixels.rgb, ElementsAre(0, 128, 255));
}

TEST(DecodePnm, ReadsTheRawKinds) {
  EXPECT_THAT(light_of("P4 9 2\n\x80\x80\x7F\0"s),
              ElementsAre(0, 255, 255, 255, 255, 255, 255, 255, 0,  //
                          255, 0, 0, 0, 0, 0, 0, 0, 255));
  EXPECT_THAT(light_of("P5 2 1 255\n\x0A\x80"), ElementsAre(10, 128));
  EXPECT_THAT(light_of("P5 2 1 65535\n\x0A\x80\xFF\xFF"), ElementsAre(10, 255));
  EXPECT_THAT(light_of("P5 1 1 15\n\x1F"), ElementsAre(255));  // Beyond the maximum is full light.
  const Decoded colour = decode_text("P6 1 1 255\n\1\2\3").value_or_throw();
  EXPECT_THAT(colour.pixels.rgb, ElementsAre(1, 2, 3));
}

TEST(DecodePnm, CallsMissingSamplesCorrupt) {
  for (const std::string& text :
       {"P1 3 1 10"s, "P2 2 1 15 3"s, "P3 1 1 15 3 4"s, "P4 9 1\n\x80"s, "P5 2 1 255\n\1"s,
        "P6 1 1 255\n\1\2"s, "P6 1 1 255"s, "P2 1 1 5 x"s}) {
    const Result<Decoded> decoded = decode_text(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    EXPECT_EQ(decoded.error().message, "the PNM data ends before the picture does");
  }
}

TEST(DecodePnm, CallsABrokenHeaderCorrupt) {
  for (const std::string& text :
       {"P5 0 1 255\n"s, "P5 1\n"s, "P5 1 x"s, "P5 1 1 0\n\1"s, "P5 1 1 65536\n\1"s,
        "P5 99999999999999999999 1 255\n"s, "P6 #"s}) {
    const Result<Decoded> decoded = decode_text(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::corrupt) << text;
  }
}

TEST(DecodePnm, RefusesABombBeforeItTakesMemory) {
  EXPECT_EQ(decode_text("P6 100000 100000 255\n").error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace clipdex::image
