#include "library/result_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::library {
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

TEST(ResultFolder, ANameThatIsTooLongForALinkLosesItsBeginningAtACharacter) {
  const test::TemporaryDirectory scratch;
  std::string name;
  for (int i = 0; i < 83; ++i) name += "\u56fe";
  const Hit hit{1, 1, "/a/" + name + ".jpeg", 0.5};
  const std::string link = result_link_name(hit);
  EXPECT_TRUE(link.starts_with("001_0.5000_\u56fe"));
  EXPECT_TRUE(link.ends_with("\u56fe.jpeg"));
  EXPECT_EQ(link.size(), std::string("001_0.5000_.jpeg").size() + 3 * 79);
  fill_result_folder(scratch.path(), {hit});
  EXPECT_TRUE(fs::is_symlink(scratch.path() / link));
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
}  // namespace clipdex::library
