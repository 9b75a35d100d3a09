#include "image/orient.hpp"

#include <gmock/gmock.h>

namespace clipdex::image {
namespace {

using testing::ElementsAre;

/// A picture of the pixels 1 to 6 in two rows of three, all channels alike.
Raster numbered() {
  Raster raster{3, 2, {}};
  for (std::uint8_t i = 1; i <= 6; ++i) raster.rgb.insert(raster.rgb.end(), 3, i);
  return raster;
}

std::vector<int> numbers(const Raster& raster) {
  std::vector<int> out;
  for (std::size_t i = 0; i < raster.rgb.size(); i += 3) out.push_back(raster.rgb[i]);
  return out;
}

TEST(Upright, KnowsAllEightOrientations) {
  EXPECT_THAT(numbers(upright(numbered(), 1)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(numbers(upright(numbered(), 2)), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(numbers(upright(numbered(), 3)), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(numbers(upright(numbered(), 4)), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(numbers(upright(numbered(), 5)), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(numbers(upright(numbered(), 6)), ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(numbers(upright(numbered(), 7)), ElementsAre(6, 3, 5, 2, 4, 1));
  EXPECT_THAT(numbers(upright(numbered(), 8)), ElementsAre(3, 6, 2, 5, 1, 4));
}

TEST(Upright, ExchangesTheSidesFromFiveOn) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Raster turned = upright(numbered(), orientation);
    EXPECT_EQ(swaps_sides(orientation), orientation >= 5);
    // The first pixel that is seen lies at the side that the orientation names.
    EXPECT_EQ(numbers(turned).front(), 1 + 2 * static_cast<int>(is_from_right(orientation)) +
                                           3 * static_cast<int>(is_from_bottom(orientation)));
    EXPECT_EQ(turned.width, orientation >= 5 ? 2 : 3);
    EXPECT_EQ(turned.height, orientation >= 5 ? 3 : 2);
  }
}

TEST(Upright, LeavesAnUnknownOrientationAlone) {
  for (const int orientation : {-1, 0, 9, 1000}) {
    EXPECT_EQ(upright(numbered(), orientation).rgb, numbered().rgb);
  }
}

}  // namespace
}  // namespace clipdex::image
