#include "model/layouts.hpp"

#include <gmock/gmock.h>

#include <set>

#include "support/places.hpp"

namespace clipdex::model {
namespace {

TEST(Layouts, EachHaveANameOfTheirOwn) {
  std::set<std::string_view> names;
  for (const LayoutReader* layout : layouts()) {
    names.insert(layout->name);
    EXPECT_EQ(layout_name(layout->layout), layout->name);
  }
  EXPECT_THAT(names,
              ::testing::ElementsAre("Chinese-CLIP", "Immich", "TogetheROS text encoder", "rclip",
                                     "transformers.js", "two folders, as of Qdrant"));
}

TEST(Layouts, NameAMissingFileInOneSentence) {
  const test::TemporaryDirectory directory;
  try {
    require_file(directory.path(), "config.json", kImmich);
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::not_found);
    EXPECT_EQ(std::string(exception.what()),
              directory.path().native() +
                  " has no config.json, which a model package of the Immich layout needs; "
                  "download the model again, with all its files");
  }
}

TEST(Layouts, ADirectoryWithTheNameOfAFileIsNoFile) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "config.json");
  EXPECT_FALSE(has_file(directory.path(), "config.json"));
}

}  // namespace
}  // namespace clipdex::model
