#include "text/code_points.hpp"

#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

TEST(CodePoints, CountsTheBytesOfWhiteSpaceAtEachEdge) {
  EXPECT_EQ(leading_space_bytes(""), 0U);
  EXPECT_EQ(trailing_space_bytes(""), 0U);
  EXPECT_EQ(leading_space_bytes(" \t\u00A0x "), 4U);
  EXPECT_EQ(trailing_space_bytes(" x\u3000\n"), 4U);
  EXPECT_EQ(leading_space_bytes("\u2003"), 3U);
  EXPECT_EQ(trailing_space_bytes("\u2003"), 3U);
}

TEST(CodePoints, AZeroWidthSpaceIsNoWhiteSpace) {
  EXPECT_EQ(leading_space_bytes("\u200B"), 0U);
  EXPECT_EQ(trailing_space_bytes("\u200B"), 0U);
}

TEST(CodePoints, KnowsWordCharactersOfEveryScript) {
  for (const char* word : {"a", "7", "_", "\u00E9", "\u4E2D", "\u0301", "\u200D", "\U0001D7D8"}) {
    EXPECT_TRUE(starts_with_word(word)) << word;
    EXPECT_TRUE(ends_with_word(word)) << word;
  }
  for (const char* other : {"", " ", "-", "\u20AC", "\U0001F600"}) {
    EXPECT_FALSE(starts_with_word(other)) << other;
    EXPECT_FALSE(ends_with_word(other)) << other;
  }
}

TEST(CodePoints, LooksAtTheEdgeItIsAskedAbout) {
  EXPECT_TRUE(starts_with_word("\u00E9 "));
  EXPECT_FALSE(ends_with_word("\u00E9 "));
  EXPECT_TRUE(ends_with_word(" \u00E9"));
  EXPECT_FALSE(starts_with_word(" \u00E9"));
}

}  // namespace
}  // namespace clipdex::text
