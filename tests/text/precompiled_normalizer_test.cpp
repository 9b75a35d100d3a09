#include "text/precompiled_normalizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/base64.hpp"
#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A map that knows one byte: 'A' becomes "alpha".
std::string map_of_one(std::string_view replacements = std::string_view("alpha\0", 6)) {
  // Unit 0 has the offset 256; at 256 ^ 'A' lies the label 'A' with a leaf and the offset 1 << 10's
  // equal; its value lies at that place ^ offset.
  std::vector<std::uint32_t> units(512);
  units[0] = 256U << 10;
  const std::uint32_t place = 256 ^ 'A';
  units[place] = 'A' | 1U << 8 | 64U << 10;
  units[place ^ 64] = 1U << 31 | 0;
  const auto bytes = static_cast<std::uint32_t>(units.size() * sizeof(std::uint32_t));
  std::string map(sizeof bytes + bytes, '\0');
  std::memcpy(map.data(), &bytes, sizeof bytes);
  std::memcpy(map.data() + sizeof bytes, units.data(), bytes);
  map += replacements;
  return map;
}

TEST(PrecompiledNormalizer, ReplacesWhatTheMapKnows) {
  const PrecompiledNormalizer normalizer(to_base64(map_of_one()));
  EXPECT_EQ(normalizer.normalize("xAy"), "xalphay");
  EXPECT_EQ(normalizer.normalize(""), "");
  EXPECT_EQ(normalizer.normalize("\xE6\xB5\xB7"), "\xE6\xB5\xB7");
}

TEST(PrecompiledNormalizer, AShortGraphemeIsReplacedWholeAndALongOneByItsCodePoints) {
  const PrecompiledNormalizer normalizer(to_base64(map_of_one()));
  EXPECT_EQ(normalizer.normalize("A\xCC\x81"), "alpha") << "with its accent";
  const std::string three = "A\xCC\x81\xCC\x82\xCC\x83";
  EXPECT_EQ(normalizer.normalize(three), "alpha" + three.substr(1));
}

TEST(PrecompiledNormalizer, AMapThatIsNoneIsRefused) {
  const auto refusal = [](std::string_view base64, const char* words) {
    EXPECT_THAT([&] { PrecompiledNormalizer{base64}; }, ThrowsMessage<Exception>(HasSubstr(words)));
  };
  refusal("!", "its precompiled_charsmap is no base64");
  refusal("AA==", "is too short");
  refusal(to_base64(map_of_one().substr(0, 100)), "is cut off");
  refusal(to_base64(std::string(8, '\0')), "is cut off");
}

TEST(PrecompiledNormalizer, AMapThatPointsAnywhereReplacesNothing) {
  std::string map = map_of_one("");
  const PrecompiledNormalizer short_of_replacements(to_base64(map));
  EXPECT_EQ(short_of_replacements.normalize("xA"), "x") << "an empty replacement";
  for (std::size_t at = 4; at < map.size(); at += 4) map[at + 3] = '\x7F';
  EXPECT_EQ(PrecompiledNormalizer(to_base64(map)).normalize("xA"), "xA");
}

}  // namespace
}  // namespace clipdex::text
