#include "encode/album_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_encoders.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;

class AlbumCheck : public ::testing::Test {
 protected:
  Check examine(const std::filesystem::path& album) {
    return examine_album(towers_.image(), towers_.text(), album);
  }

  test::FakeTowers towers_;
  const test::TemporaryDirectory directory_;
};

TEST_F(AlbumCheck, CountsTitlesAndPicturesOfTheSampleAlbum) {
  const Check check = examine(test::source_directory() / "samples" / "album");
  EXPECT_EQ(check.name, "album");
  EXPECT_EQ(check.state, CheckState::passed) << "whatever it finds";
  EXPECT_THAT(check.detail, HasSubstr("titles that find their picture first: "));
  EXPECT_THAT(check.detail, HasSubstr(" titles, 111 pictures; not judged)"));
}

TEST_F(AlbumCheck, PicturesOfOneTitleCountAsOne) {
  const auto album = test::source_directory() / "samples" / "album";
  std::filesystem::copy_file(album / "photo_cat.jpg", directory_.path() / "photo_cat.jpg");
  std::filesystem::copy_file(album / "photo_cat.jpg", directory_.path() / "photo_cat2.jpg");
  test::write_text(directory_.path() / "photo_broken.jpg", "no picture");
  test::write_text(directory_.path() / "README.md", "no title");
  EXPECT_EQ(examine(directory_.path()).detail,
            "titles that find their picture first: 100 %, among the first 5: 100 % (1 titles, 2 "
            "pictures; not judged)");
}

TEST_F(AlbumCheck, WithoutAnAlbumItIsSkipped) {
  EXPECT_EQ(examine("/nosuch").state, CheckState::skipped);
  EXPECT_EQ(examine(directory_.path()).state, CheckState::skipped);
}

}  // namespace
}  // namespace clipdex::encode
