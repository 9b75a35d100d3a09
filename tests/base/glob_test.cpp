#include "base/glob.hpp"

#include <gtest/gtest.h>

namespace clipdex {
namespace {

TEST(Glob, MatchesANameInAnyDirectory) {
  EXPECT_TRUE(glob_matches("*.jpg", "/photos/2024/a.jpg"));
  EXPECT_FALSE(glob_matches("*.jpg", "/photos/2024/a.jpeg"));
}

TEST(Glob, StarStaysWithinOneComponentAndTwoStarsCrossThem) {
  EXPECT_FALSE(glob_matches("/photos/*.jpg", "/photos/2024/a.jpg"));
  EXPECT_TRUE(glob_matches("/photos/**/a.jpg", "/photos/2024/05/a.jpg"));
  EXPECT_TRUE(glob_matches("/photos/**/a.jpg", "/photos/a.jpg"));
  EXPECT_TRUE(glob_matches("2024/**", "/photos/2024/05/a.jpg"));
  EXPECT_FALSE(glob_matches("2024/**", "/photos/x2024/a.jpg"));
}

TEST(Glob, ADirectoryMatchesEverythingBelowIt) {
  EXPECT_TRUE(glob_matches(".git", "/x/.git/config"));
  EXPECT_TRUE(glob_matches(".git/", "/x/.git/config"));
  EXPECT_FALSE(glob_matches(".git", "/x/.gitignore"));
}

TEST(Glob, AQuestionMarkTakesAWholeCharacter) {
  EXPECT_TRUE(glob_matches("?.jpg", "/x/猫.jpg"));
  EXPECT_FALSE(glob_matches("??.jpg", "/x/猫.jpg"));
}

TEST(Glob, SetsMatchAndNegate) {
  EXPECT_TRUE(glob_matches("img[0-9].png", "img7.png"));
  EXPECT_FALSE(glob_matches("img[!0-9].png", "img7.png"));
  EXPECT_TRUE(glob_matches("a[b", "a[b")) << "an unclosed set stands for itself";
}

TEST(Glob, ABackslashTakesTheNextCharacterAsItIs) {
  EXPECT_TRUE(glob_matches("a\\*b", "a*b"));
  EXPECT_FALSE(glob_matches("a\\*b", "axb"));
}

TEST(Glob, AnEmptyPatternMatchesNothing) { EXPECT_FALSE(glob_matches("", "/a")); }

}  // namespace
}  // namespace clipdex
