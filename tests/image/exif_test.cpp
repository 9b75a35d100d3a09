#include "image/exif.hpp"

#include <gtest/gtest.h>

#include "support/images.hpp"

namespace clipdex::image {
namespace {

constexpr const char* kTime = "2024:05:04 11:14:56";
constexpr std::int64_t kTimeSeconds = 1714821296;

TEST(Exif, ReadsOrientationAndTimeInBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Exif exif = read_exif(test::make_exif(orientation, kTime, big_endian));
      EXPECT_EQ(exif.orientation, orientation);
      EXPECT_EQ(exif.taken_at_s, kTimeSeconds);
    }
  }
}

TEST(Exif, SkipsThePrefixOfJpeg) {
  auto block = test::bytes_of({"Exif\0\0", 6});
  const auto exif = test::make_exif(3, kTime);
  block.insert(block.end(), exif.begin(), exif.end());
  EXPECT_EQ(read_exif(block).orientation, 3);
  EXPECT_EQ(read_exif(block).taken_at_s, kTimeSeconds);
}

TEST(Exif, TakesTheTimeOfDigitizingWhereThatOfTakingIsMissing) {
  auto block = test::make_exif(1, kTime);
  constexpr std::size_t kTagPosition = 8 + 2 + 2 * 12 + 4 + 2;
  ASSERT_EQ(block[kTagPosition], std::byte{0x03});  // 36867 is 0x9003,
  block[kTagPosition] = std::byte{0x04};            // and 36868 is 0x9004.
  EXPECT_EQ(read_exif(block).taken_at_s, kTimeSeconds);
}

TEST(Exif, TakesAnImpossibleOrientationForUpright) {
  EXPECT_EQ(read_exif(test::make_exif(9, "")).orientation, 1);
  EXPECT_EQ(read_exif(test::make_exif(255, "")).orientation, 1);
}

TEST(Exif, SurvivesEveryLengthAndEveryDamagedByte) {
  const auto block = test::make_exif(6, kTime);
  for (std::size_t size = 0; size < block.size(); ++size) {
    const Exif exif = read_exif(std::span(block).first(size));
    EXPECT_EQ(exif.taken_at_s, std::nullopt) << size;
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
      auto damaged = block;
      damaged[i] = std::byte(value);
      const Exif exif = read_exif(damaged);
      EXPECT_GE(exif.orientation, 1);
      EXPECT_LE(exif.orientation, 8);
    }
  }
}

TEST(Exif, GivesNothingForGarbage) {
  const Exif exif = read_exif(test::bytes_of("this is not what cameras write, by any means"));
  EXPECT_EQ(exif.orientation, 1);
  EXPECT_EQ(exif.taken_at_s, std::nullopt);
}

TEST(ExifTime, CountsSecondsSince1970) {
  EXPECT_EQ(parse_exif_time("1970:01:01 00:00:00"), 0);
  EXPECT_EQ(parse_exif_time("1969:12:31 23:59:59"), -1);
  EXPECT_EQ(parse_exif_time("2000:02:29 12:00:00"), 951825600);
  EXPECT_EQ(parse_exif_time(kTime), kTimeSeconds);
  EXPECT_EQ(parse_exif_time("2024-05-04T11:14:56"), kTimeSeconds);
}

TEST(ExifTime, RefusesWhatNoCalendarHas) {
  for (const char* text :
       {"", "    :  :     :  :  ", "0000:00:00 00:00:00", "2023:02:29 12:00:00",
        "2024:13:01 00:00:00", "2024:05:04 24:00:00", "2024:05:04 11:60:00", "2024:05:04",
        "2024:05:04 11:14", "yyyy:mm:dd hh:mm:ss", "2024:-5:04 11:14:56", "2024:05-04 11:14:56"}) {
    EXPECT_EQ(parse_exif_time(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clipdex::image
