#include "cli/result_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;

TEST(ResultFolder, OwnLinksAreReplacedAndEverythingElseStays) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "mine.txt", "keep");
  fs::create_symlink("/elsewhere", scratch.path() / "my link");
  fill_result_folder(scratch.path(), {{1, 1, "/a/x.jpg", 0.5}, {2, 2, "/a/y.jpg", 0.4}});
  EXPECT_TRUE(fs::is_symlink(scratch.path() / "002_0.4000_y.jpg"));
  fill_result_folder(scratch.path(), {{1, 3, "/a/z.jpg", 0.9}});
  EXPECT_FALSE(fs::is_symlink(scratch.path() / "001_0.5000_x.jpg"));
  EXPECT_TRUE(fs::is_symlink(scratch.path() / "001_0.9000_z.jpg"));
  EXPECT_TRUE(fs::exists(scratch.path() / "mine.txt"));
  EXPECT_TRUE(fs::is_symlink(scratch.path() / "my link"));
}

TEST(ResultFolder, AFolderThatCannotBeMadeIsNamed) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "file", "");
  try {
    fill_result_folder(scratch.path() / "file", {});
    FAIL() << "nothing was thrown";
  } catch (const Exception& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("file cannot be written"));
  }
}

}  // namespace
}  // namespace clipdex::cli
