#include "library/templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

using test::throws_error;
using test::words;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Templates : public test::LibraryScene {
 protected:
  Result<std::vector<std::string>> read(std::string_view text) const {
    test::write_text(home_ / "t.txt", text);
    return read_templates(home_ / "t.txt");
  }
};

TEST_F(Templates, AreTheLinesOfAFileWithoutBlanksAndComments) {
  EXPECT_THAT(read("# of CLIP\n a photo of a {}\r\n\n\t{} \nlast {}").value_or_throw(),
              ElementsAre("a photo of a {}", "{}", "last {}"));
}

TEST_F(Templates, AFileWithoutAnyIsASentence) {
  EXPECT_EQ(read("\n# nothing\n").error().message,
            (home_ / "t.txt").native() +
                " holds no template; write one a line, such as: a photo of "
                "a {}");
  EXPECT_THAT(read("\xFF{}").error().message, HasSubstr("is no text in UTF-8"));
  EXPECT_EQ(read_templates(home_ / "none").error().code, ErrorCode::not_found);
}

TEST_F(Templates, OfAModelLieInItsPackage) {
  const std::filesystem::path model = test::copy_model("immich", home_);
  put("cat.jpg");
  Library(options(model)).index({.folders = {photos_}});
  Query query = words("a cat");
  query.model_templates = true;
  EXPECT_THAT([&] { Library(options()).search(query); },
              throws_error(ErrorCode::not_found, "templates.txt"));
  test::write_text(model / kModelTemplates, "a photo of {}\n");
  const double filled = Library(options()).search(query).hits[0].score;
  EXPECT_EQ(filled, Library(options()).search(words("a photo of a cat")).hits[0].score);
}

}  // namespace
}  // namespace clipdex::library
