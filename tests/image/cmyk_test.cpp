#include <gmock/gmock.h>

#include <array>

#include "image/decoders.hpp"

namespace clipdex::image {
namespace {

TEST(CmykToRgb, GivesWhatPillowGives) {
  // Expected values: Pillow 9.4, Image.new("CMYK", (1, 1), ink).convert("RGB").
  constexpr std::array<std::uint8_t, 24> ink{0,   0,   0,   0,  255, 255, 255, 255,  //
                                             255, 0,   0,   0,  0,   0,   0,   128,  //
                                             10,  100, 200, 30, 77,  1,   254, 99};
  std::array<std::uint8_t, 18> light{};
  cmyk_to_rgb(ink, light);
  EXPECT_THAT(light, testing::ElementsAre(255, 255, 255, 0, 0, 0, 0, 255, 255, 127, 127, 127, 216,
                                          137, 49, 109, 155, 1));
}

TEST(CmykToRgb, GivesNothingForNothing) { cmyk_to_rgb({}, {}); }

}  // namespace
}  // namespace clipdex::image
