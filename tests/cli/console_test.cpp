#include "cli/console.hpp"

#include <gtest/gtest.h>

namespace clipdex::cli {
namespace {

TEST(Console, ControlCharactersAreMadeVisible) {
  EXPECT_EQ(printable("a\nb\x1b[31m\xFF"), "a\\nb\\x1b[31m\xEF\xBF\xBD");
}

TEST(Console, Base64PadsAsTheStandardSays) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
}

TEST(Console, PathsBelowHereAreShownRelative) {
  const std::string here = std::filesystem::current_path().native();
  EXPECT_EQ(display_path(here + "/a/b.jpg"), "a/b.jpg");
  EXPECT_EQ(display_path("/elsewhere/b.jpg"), "/elsewhere/b.jpg");
}

TEST(Console, AWrongQueryIsWrongUseAndTheRestHasFailed) {
  EXPECT_EQ(exit_status_of(ErrorCode::invalid_argument), kWrongUse);
  EXPECT_EQ(exit_status_of(ErrorCode::disk_full), kFailed);
}

}  // namespace
}  // namespace clipdex::cli
