#include "library/maintenance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "clipdex/model.hpp"
#include "store/connection.hpp"
#include "support/library_scene.hpp"
#include "support/npy.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Maintenance : public test::LibraryScene {
 protected:
  bool is_sound(const fs::path& model) const {
    const std::vector<encode::Check> checks = examine_model(model.native());
    return std::none_of(checks.begin(), checks.end(), [](const encode::Check& check) {
      return check.state == encode::CheckState::failed;
    });
  }

  static std::string small() { return small_model().native(); }

  const fs::path old_ = home_ / "old.db";
  const VectorFiles files_{.vectors = home_ / "v.npy", .paths = home_ / "paths.txt"};
};

TEST_F(Maintenance, AnEmptyNameIsNoLibrary) {
  test::make_old_library(old_);
  EXPECT_THAT([] { check("", false); },
              throws_error(ErrorCode::invalid_argument, "the name of the library file is empty"));
  EXPECT_THAT([&] { import_togetheros("", old_); },
              throws_error(ErrorCode::invalid_argument, "the name of the library file is empty"));
}

TEST_F(Maintenance, ALostVectorIsFoundRepairedAndMadeAgain) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  index();
  EXPECT_THAT(check(file_, false), IsEmpty());
  store::Connection(file_, store::Connection::Mode::write).run("DELETE FROM embeddings");
  const std::vector<store::Finding> found = check(file_, false);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].count, 2U);
  EXPECT_FALSE(found[0].repaired);
  EXPECT_TRUE(check(file_, true).at(0).repaired);
  EXPECT_THAT(check(file_, false), IsEmpty());
  EXPECT_EQ(index_known().encoded, 2U);
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "dog.jpg"));
}

TEST_F(Maintenance, AnImportMakesTheLibraryAndAddsNothingTwice) {
  test::make_old_library(old_);
  EXPECT_EQ(import_togetheros(file_, old_).imported, 1U);
  const store::ImportReport again = import_togetheros(file_, old_);
  EXPECT_EQ(again.imported, 0U);
  EXPECT_EQ(again.known, 1U);
  EXPECT_EQ(Library(options()).status().ready, 1U);
}

TEST_F(Maintenance, ASourceThatCannotBeImportedLeavesNoLibraryFile) {
  EXPECT_THAT([&] { import_togetheros(file_, old_); },
              throws_error(ErrorCode::not_found, "there is no file " + old_.native()));
  test::write_text(old_, "");
  EXPECT_THAT([&] { import_togetheros(file_, old_); },
              throws_error(ErrorCode::unsupported, "is no clip.db of the TogetheROS box"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Maintenance, VectorsOfAModelAreImportedAndSearchedByIt) {
  const Embedding cat = Model(small()).encode_image(put("cat.jpg")).value_or_throw();
  std::vector<float> numbers(cat.begin(), cat.end());
  for (const float value : cat) numbers.push_back(-value);
  test::write_text(files_.vectors, test::npy_of(numbers, 2));
  test::write_text(files_.paths, "photos/cat.jpg\nphotos/opposite.jpg\n");
  EXPECT_EQ(import_vectors(file_, files_, small()).imported, 2U);
  Library library(options());
  EXPECT_THAT(test::names_of(library.search(test::example(photos_ / "cat.jpg"))),
              ElementsAre("cat.jpg", "opposite.jpg"));
}

TEST_F(Maintenance, VectorsThatFitNoNamedModelLeaveNoLibraryFile) {
  test::write_text(files_.vectors, test::npy_of({1, 2, 3}, 1));
  test::write_text(files_.paths, "a.jpg\n");
  EXPECT_THAT([&] { import_vectors(file_, files_, ""); },
              throws_error(ErrorCode::invalid_argument, "name the model that made the vectors"));
  EXPECT_THAT(
      [&] { import_vectors(file_, files_, small()); },
      throws_error(ErrorCode::invalid_argument,
                   "v.npy holds vectors of 3 numbers, but those of the model 'immich' have"));
  EXPECT_THAT([&] { import_vectors(file_, files_, "nosuch"); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
  EXPECT_THAT([&] { import_vectors("", files_, small()); },
              throws_error(ErrorCode::invalid_argument, "the name of the library file is empty"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Maintenance, AModelIsExaminedByRunningIt) {
  EXPECT_TRUE(is_sound(small_model()));
  EXPECT_TRUE(is_sound("")) << "the demo model";
  const fs::path copy = test::copy_model("immich", home_);
  test::write_text(copy / "visual/model.onnx", "broken");
  EXPECT_FALSE(is_sound(copy));
}

TEST_F(Maintenance, AnythingThatIsNoPackageIsAFailedCheck) {
  const std::vector<encode::Check> checks = examine_model(home_.native());
  EXPECT_THAT(checks, Contains(Field(&encode::Check::detail, HasSubstr("is no model package"))));
  EXPECT_THAT([] { examine_model("nosuch"); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
}

}  // namespace
}  // namespace clipdex::library
