#include "image/resize.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "image/decode.hpp"
#include "image/orient.hpp"
#include "support/images.hpp"
#include "support/places.hpp"

namespace clipdex::image {
namespace {

using testing::ElementsAre;

/// The picture from which Pillow 9.4 computed the expected values of this file, as
/// `Image.fromarray(picture).resize((width, height), filter)`.
Raster tiny(int width, int height) {
  Raster raster{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        raster.rgb.push_back(
            static_cast<std::uint8_t>((x * 37 + y * 59 + c * 83 + x * y * (c + 3) * 11) % 256));
      }
    }
  }
  return raster;
}

TEST(Resize, EqualsPillowWhenItShrinks) {
  EXPECT_THAT(resize(tiny(7, 5), 3, 2, Interpolation::bicubic).rgb,
              ElementsAre(95, 138, 150, 98, 149, 140, 169, 99, 113,  //
                          150, 100, 111, 131, 168, 163, 149, 132, 121));
  EXPECT_THAT(resize(tiny(7, 5), 3, 2, Interpolation::bilinear).rgb,
              ElementsAre(99, 138, 147, 103, 146, 142, 165, 101, 115,  //
                          144, 104, 115, 133, 163, 158, 148, 131, 120));
}

TEST(Resize, EqualsPillowWhenItEnlarges) {
  EXPECT_THAT(resize(tiny(3, 2), 5, 4, Interpolation::bicubic).rgb,
              ElementsAre(0, 75, 156, 5, 87, 178, 29, 111, 216, 53, 149, 239, 66, 171, 250,       //
                          11, 92, 178, 25, 111, 174, 56, 141, 174, 87, 139, 205, 103, 134, 226,   //
                          43, 124, 222, 66, 161, 166, 110, 202, 90, 154, 120, 137, 178, 61, 177,  //
                          59, 141, 244, 86, 185, 162, 137, 232, 48, 188, 110, 103, 215, 24, 153));
}

TEST(Resize, EqualsPillowWhenOneSideStays) {
  EXPECT_THAT(resize(tiny(4, 9), 4, 2, Interpolation::bicubic).rgb,
              ElementsAre(105, 107, 131, 132, 129, 112, 128, 136, 160, 112, 154, 171,  //
                          145, 135, 98, 128, 133, 115, 116, 108, 136, 129, 163, 88));
  EXPECT_THAT(resize(tiny(9, 2), 2, 2, Interpolation::bicubic).rgb,
              ElementsAre(80, 145, 143, 123, 95, 128, 108, 139, 153, 120, 113, 114));
}

TEST(Resize, ChangesNothingAtTheSameSize) {
  EXPECT_EQ(resize(tiny(7, 5), 7, 5, Interpolation::bicubic).rgb, tiny(7, 5).rgb);
}

TEST(Resize, KeepsAnEvenColourEvenAtEverySize) {
  Raster even{61, 47, {}};
  even.rgb.assign(std::size_t{61} * 47 * 3, 201);
  for (const int side : {1, 2, 3, 46, 47, 61, 100}) {
    const Raster out = resize(even, side, side, Interpolation::bicubic);
    EXPECT_EQ(out.rgb.size(), static_cast<std::size_t>(side * side * 3));
    EXPECT_THAT(out.rgb, testing::Each(201)) << side;
  }
}

TEST(ResizeAndCrop, ScalesTheShortSideAndCutsTheCentre) {
  // Pillow: resize((6, 3), BICUBIC), then crop((2, 0, 5, 3)): the offset 1.5 is rounded to even.
  const PreprocessSpec spec{.size = 3};
  EXPECT_THAT(resize_and_crop(tiny(9, 4), spec).rgb,
              ElementsAre(99, 202, 80, 178, 88, 89, 149, 72, 116,     //
                          70, 131, 179, 114, 107, 167, 164, 131, 77,  //
                          129, 192, 171, 129, 119, 111, 170, 190, 98));
  // Pillow: resize((3, 8), BICUBIC), then crop((0, 2, 3, 5)): 2.5 is rounded to even, too.
  EXPECT_THAT(resize_and_crop(tiny(4, 11), spec).rgb,
              ElementsAre(160, 65, 66, 118, 130, 140, 128, 194, 193,  //
                          173, 63, 155, 149, 126, 96, 174, 188, 133,  //
                          87, 181, 73, 133, 122, 123, 76, 65, 119));
}

TEST(ResizeAndCrop, CutsWhatResizeGivesForEverySize) {
  for (const int width : {5, 16, 17, 40, 41}) {
    for (const int height : {5, 16, 17, 40, 41}) {
      const PreprocessSpec spec{.size = 16};
      const Raster source = tiny(width, height);
      const int side = std::min(width, height);
      const Raster whole =
          resize(source, 16 * width / side, 16 * height / side, Interpolation::bicubic);
      const Raster part = resize_and_crop(source, spec);
      ASSERT_EQ(part.width, 16);
      ASSERT_EQ(part.height, 16);
      const auto offset = [](int full) { return (full - 16) / 2 + ((full - 16) % 4 == 3 ? 1 : 0); };
      for (int y = 0; y < 16; ++y) {
        const std::size_t from = static_cast<std::size_t>(
            ((y + offset(whole.height)) * whole.width + offset(whole.width)) * 3);
        EXPECT_TRUE(std::equal(part.rgb.begin() + y * 48, part.rgb.begin() + (y + 1) * 48,
                               whole.rgb.begin() + static_cast<std::ptrdiff_t>(from)))
            << width << " x " << height << ", row " << y;
      }
    }
  }
}

/// The columns and rows of a stored picture that `resize_and_crop` needs, and nothing else.
Excerpt needed_of(const Raster& source, int orientation, const PreprocessSpec& spec) {
  Window columns = samples_needed(source.width, source.height, spec);
  Window rows = samples_needed(source.height, source.width, spec);
  if (is_from_right(orientation)) columns.first = source.width - columns.first - columns.count;
  if (is_from_bottom(orientation)) rows.first = source.height - rows.first - rows.count;
  Excerpt part{.pixels = {columns.count, rows.count, {}},
               .left = columns.first,
               .top = rows.first,
               .width = source.width,
               .height = source.height};
  for (int y = rows.first; y < rows.first + rows.count; ++y) {
    const auto begin = source.rgb.begin() + (y * source.width + columns.first) * 3;
    part.pixels.rgb.insert(part.pixels.rgb.end(), begin, begin + columns.count * 3);
  }
  return part;
}

TEST(ResizeAndCrop, GivesTheSameFromTheSamplesThatAreNeededWhicheverSideIsUp) {
  for (const auto mode : {ResizeMode::shortest, ResizeMode::squash}) {
    for (const auto interpolation : {Interpolation::bicubic, Interpolation::bilinear}) {
      const PreprocessSpec spec{.size = 16, .resize_mode = mode, .interpolation = interpolation};
      for (const int width : {1, 5, 16, 17, 40, 41, 300}) {
        for (const int height : {1, 5, 16, 17, 40, 41, 300}) {
          const Raster stored = tiny(width, height);
          for (int orientation = 0; orientation <= 9; ++orientation) {
            EXPECT_EQ(resize_and_crop(needed_of(stored, orientation, spec), orientation, spec).rgb,
                      resize_and_crop(upright(stored, orientation), spec).rgb)
                << width << " x " << height << ", orientation " << orientation;
          }
        }
      }
    }
  }
}

TEST(SamplesNeeded, LeavesOutWhatLiesBesideTheSquareAndItsFilter) {
  const PreprocessSpec spec{.size = 100};
  // 400 x 200 becomes 200 x 100, cut from column 50 on; a bicubic filter reaches 2 · 2 farther.
  const Window columns = samples_needed(400, 200, spec);
  EXPECT_EQ(columns.first, 97);
  EXPECT_EQ(columns.first + columns.count, 303);
  const Window rows = samples_needed(200, 400, spec);
  EXPECT_EQ(rows.first, 0);
  EXPECT_EQ(rows.count, 200);
  const PreprocessSpec squash{.size = 100, .resize_mode = ResizeMode::squash};
  EXPECT_EQ(samples_needed(400, 200, squash).count, 400);
  EXPECT_EQ(samples_needed(300, 100, spec).first, 100) << "an axis that is not resampled";
}

TEST(ResizeAndCrop, SquashesWhereTheModelWantsThat) {
  const PreprocessSpec spec{.size = 8, .resize_mode = ResizeMode::squash};
  EXPECT_EQ(resize_and_crop(tiny(30, 11), spec).rgb,
            resize(tiny(30, 11), 8, 8, Interpolation::bicubic).rgb);
}

TEST(ResizeAndCrop, SurvivesTheMostLopsidedPictures) {
  const PreprocessSpec spec{.size = 8};
  EXPECT_EQ(resize_and_crop(tiny(1, 5000), spec).rgb.size(), 192U);
  EXPECT_EQ(resize_and_crop(tiny(5000, 1), spec).rgb.size(), 192U);
  EXPECT_EQ(resize_and_crop(tiny(1, 1), spec).rgb.size(), 192U);
}

TEST(ResizeAndCrop, EqualsPillowOnEveryReferenceImage) {
  const std::filesystem::path shared = test::shared_directory();
  if (shared.empty()) GTEST_SKIP() << "the reference data beside the project is not here";
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "golden/pixels")) {
    std::filesystem::path source = entry.path();
    if (source.extension() != ".rgb") continue;
    source.replace_extension();  // NAME.SIDE.rgb → NAME.SIDE → NAME.
    const PreprocessSpec spec{.size = std::stoi(source.extension().string().substr(1))};
    source.replace_extension();
    const auto bytes = read_file(source, 1 << 30).value_or_throw().bytes;
    const auto expected = read_file(entry.path(), 1 << 30).value_or_throw().bytes;
    const Decoded decoded = decode(bytes, {.fidelity = Fidelity::exact}).value_or_throw();
    const Raster got = resize_and_crop(decoded.pixels, spec);
    EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(got.rgb)), expected)) << entry.path();
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

TEST(Normalise, WritesOnePlaneForEachChannel) {
  const Raster pixels{2, 2, {0, 255, 51, 102, 0, 255, 51, 102, 0, 255, 51, 102}};
  const PreprocessSpec spec{.size = 2, .mean = {0.5F, 0.25F, 0}, .std = {0.5F, 0.25F, 1}};
  std::vector<float> planes(12);
  normalise(pixels, spec, planes);
  const auto near = [](float value) { return testing::FloatNear(value, 1e-6F); };
  EXPECT_THAT(planes, ElementsAre(near(-1), near(-0.2F), near(-0.6F), near(1),  //
                                  near(3), near(-1), near(0.6F), near(-0.2F),   //
                                  near(0.2F), near(1), near(0), near(0.4F)));
}

TEST(Normalise, EqualsTheFormulaForEveryByte) {
  Raster pixels{16, 16, {}};
  for (int value = 0; value < 256; ++value) {
    pixels.rgb.insert(pixels.rgb.end(), 3, static_cast<std::uint8_t>(value));
  }
  const PreprocessSpec spec{.size = 16};
  std::vector<float> planes(768);
  normalise(pixels, spec, planes);
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const float value = static_cast<float>(i % 256) / 255.0F;
    EXPECT_EQ(planes[i], (value - spec.mean[i / 256]) / spec.std[i / 256]);
  }
}

}  // namespace
}  // namespace clipdex::image
