#include "library/indexing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/catalogue.hpp"
#include "store/import_togetheros.hpp"
#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Indexing : public test::LibraryScene {
 protected:
  std::vector<store::Root> roots() const {
    return store::Catalogue::open(file_, store::Access::read).roots();
  }

  std::vector<std::string> root_paths() const {
    std::vector<std::string> paths;
    for (const store::Root& root : roots()) paths.push_back(root.path);
    return paths;
  }
};

TEST_F(Indexing, AMistypedFolderLeavesNoLibraryFile) {
  put("cat.jpg");
  EXPECT_THAT(
      [&] {
        index({.folders = {photos_, home_ / "phots"}});
      },
      throws_error(ErrorCode::not_found,
                   "there is no folder " + (home_ / "phots").native() + "; check how"));
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_FALSE(fs::exists(file_.native() + ".lock"));
}

TEST_F(Indexing, AFileInsteadOfAFolderIsToldApart) {
  const std::string cat = put("cat.jpg");
  EXPECT_THAT([&] { index({.folders = {cat}}); },
              throws_error(ErrorCode::invalid_argument,
                           "cat.jpg is a file; give the folder that it is in"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Indexing, AnEmptyNameIsNoFolder) {
  EXPECT_THAT([&] { index({.folders = {""}}); },
              throws_error(ErrorCode::invalid_argument, "the name of a folder is empty"));
  EXPECT_THAT([&] { forget_folder(file_, ""); },
              throws_error(ErrorCode::invalid_argument, "the name of a folder is empty"));
}

TEST_F(Indexing, ALibraryThatKnowsNoFolderAsksForOne) {
  EXPECT_THAT([&] { index_known(); },
              throws_error(ErrorCode::invalid_argument, "say which: clipdex index FOLDER"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Indexing, AModelThatIsNotThereLeavesNoLibraryFile) {
  put("cat.jpg");
  const LibraryOptions wanted{.file = file_, .model = "nosuch"};
  EXPECT_THAT([&] { index_folders(wanted, {.folders = {photos_}}); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Indexing, AnEmptyFileBecomesALibrary) {
  put("cat.jpg");
  test::write_text(file_, "");  // What is left of a run that was killed as it began.
  EXPECT_EQ(index().added, 1U);
}

TEST_F(Indexing, AFileThatIsNoLibraryIsLeftAsItIs) {
  put("cat.jpg");
  test::write_text(file_, std::string(5000, 'x'));
  EXPECT_THAT([&] { index(); }, throws_error(ErrorCode::corrupt, "is not a clipdex library"));
  EXPECT_EQ(test::read_text(file_), std::string(5000, 'x'));
}

TEST_F(Indexing, FoldersInsideOneAnotherAreReadOnce) {
  put("cat.jpg");
  put("more/dog.jpg", "photo_dog.jpg");
  const IndexReport report =
      index({.folders = {photos_ / "more", photos_, photos_ / "more" / "..", photos_}});
  EXPECT_EQ(report.added, 2U);
  EXPECT_EQ(report.unchanged, 0U);
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native()));
}

TEST_F(Indexing, AFolderInsideAKnownOneIsReadAloneAndStaysAPartOfIt) {
  put("cat.jpg");
  put("more/dog.jpg", "photo_dog.jpg");
  index();
  put("owl.jpg", "photo_owl.jpg");
  put("more/koala.jpg", "photo_koala.jpg");
  const IndexReport report = index_known({.folders = {photos_ / "more"}});
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native()));
}

TEST_F(Indexing, AFolderAroundAKnownOneTakesItsPlace) {
  put("cat.jpg");
  put("more/dog.jpg", "photo_dog.jpg");
  index({.folders = {photos_ / "more"}});
  const IndexReport report = index_known({.folders = {photos_}});
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native()));
}

TEST_F(Indexing, AFolderWhoseNameBeginsLikeAKnownOneIsAnother) {
  put("cat.jpg");
  index();
  fs::create_directories(home_ / "photos2");
  fs::copy_file(test::album("photo_dog.jpg"), home_ / "photos2" / "dog.jpg");
  EXPECT_EQ(index_known({.folders = {home_ / "photos2"}}).added, 1U);
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native(), (home_ / "photos2").native()));
}

TEST_F(Indexing, AKnownFolderThatIsMissingKeepsItsImages) {
  put("cat.jpg");
  index();
  fs::rename(photos_, home_ / "away");
  for (const IndexOptions& what : {IndexOptions{}, IndexOptions{.folders = {photos_}}}) {
    const IndexReport report = index_known(what);
    EXPECT_EQ(report.removed, 0U);
    ASSERT_THAT(report.notices, SizeIs(1));
    EXPECT_THAT(report.notices[0], HasSubstr(photos_.native() + " could not be read; what the"));
  }
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(Indexing, AFolderInsideAKnownOneThatIsMissingKeepsItsImages) {
  put("disk/cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  index();
  fs::rename(photos_ / "disk", home_ / "away");
  EXPECT_THAT(index_known({.folders = {photos_ / "disk"}}).notices, SizeIs(1));
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "dog.jpg"));
}

TEST_F(Indexing, AMistypedFolderInsideAKnownOneIsNotTakenForAMissingOne) {
  put("disk/cat.jpg");
  index();
  EXPECT_THAT([&] { index_known({.folders = {photos_ / "dsik"}}); },
              throws_error(ErrorCode::not_found, "there is no folder"));
}

TEST_F(Indexing, ALinkMeansTheFolderThatItLeadsTo) {
  put("cat.jpg");
  fs::create_directory_symlink(photos_, home_ / "link");
  EXPECT_EQ(index({.folders = {home_ / "link", photos_}}).added, 1U);
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native()));
}

TEST_F(Indexing, ALinkMeansItsFolderAlsoWhenThatIsMissing) {
  put("cat.jpg");
  fs::create_directory_symlink("photos", home_ / "link");
  index({.folders = {home_ / "link"}});
  fs::rename(photos_, home_ / "away");
  EXPECT_THAT(index_known({.folders = {home_ / "link/"}}).notices, SizeIs(1));
  EXPECT_EQ(forget_folder(file_, home_ / "link"), 1U);
}

TEST_F(Indexing, ACircleOfLinksIsNoFolder) {
  fs::create_directory_symlink("two", home_ / "one");
  fs::create_directory_symlink("one", home_ / "two");
  EXPECT_THAT([&] { index({.folders = {home_ / "one"}}); },
              throws_error(ErrorCode::not_found, "there is no folder"));
}

TEST_F(Indexing, ExcludesAndHiddenFilesAreRemembered) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  put(".owl.jpg", "photo_owl.jpg");
  index({.excludes = {{"*dog*"}}, .hidden_files = true});
  EXPECT_THAT(names_in_library(), ElementsAre(".owl.jpg", "cat.jpg"));
  EXPECT_EQ(index_known().unchanged, 2U);
  EXPECT_EQ(index_known({.folders = {photos_}}).unchanged, 2U);
  EXPECT_THAT(names_in_library(), ElementsAre(".owl.jpg", "cat.jpg"));
}

TEST_F(Indexing, NewExcludesAndHiddenFilesReplaceTheOldOnes) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  put(".owl.jpg", "photo_owl.jpg");
  index({.excludes = {{"*dog*"}}, .hidden_files = true});
  const IndexReport report = index_known(
      {.folders = {photos_}, .excludes = std::vector<std::string>{}, .hidden_files = false});
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "dog.jpg"));
}

TEST_F(Indexing, EachFolderHasExcludesOfItsOwn) {
  for (const char* folder : {"one/", "two/"}) {
    put(folder + std::string("cat.jpg"));
    put(folder + std::string("dog.jpg"), "photo_dog.jpg");
  }
  index({.folders = {photos_ / "one"}, .excludes = {{"*dog*"}}});
  index({.folders = {photos_ / "two"}, .excludes = {{"*cat*"}}});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "dog.jpg"));
  EXPECT_EQ(index_known().unchanged, 2U);
  ASSERT_THAT(roots(), SizeIs(2));
  EXPECT_THAT(roots()[0].excludes, ElementsAre("*dog*"));
  EXPECT_THAT(roots()[1].excludes, ElementsAre("*cat*"));
}

TEST_F(Indexing, ExcludesOfAFolderInsideAKnownOneHoldThereAndLeaveItsOwnAlone) {
  for (const std::string prefix : {"", "[in]/inner_"}) {
    put(prefix + "cat.jpg");
    put(prefix + "dog.jpg", "photo_dog.jpg");
    put(prefix + "owl.jpg", "photo_owl.jpg");
  }
  index({.excludes = {{"*dog*"}}});
  index_known({.folders = {photos_ / "[in]"}, .excludes = {{"*cat*", "/inner_owl.jpg"}}});
  index_known();
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "owl.jpg"));
  index_known({.folders = {photos_ / "[in]"}, .excludes = {{"*owl*"}}});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg", "inner_cat.jpg", "owl.jpg"))
      << "new ones replace the folder's old ones";
}

TEST_F(Indexing, AFolderAroundAKnownOneKeepsItsExcludesAndHiddenFiles) {
  for (const std::string prefix : {"", "in/inner_"}) {
    put(prefix + "cat.jpg");
    put(prefix + "dog.jpg", "photo_dog.jpg");
  }
  put("in/.owl.jpg", "photo_owl.jpg");
  index({.folders = {photos_ / "in"}, .excludes = {{"/inner_dog.jpg"}}, .hidden_files = true});
  index_known({.folders = {photos_}});
  EXPECT_THAT(names_in_library(), ElementsAre(".owl.jpg", "cat.jpg", "dog.jpg", "inner_cat.jpg"));
  index_known({.folders = {photos_.parent_path()}});
  EXPECT_EQ(index_known().unchanged, 4U) << "patterns already anchored stay as they are";
}

TEST_F(Indexing, AnImportedLibraryTakesTheModelOfTheFirstIndexing) {
  const fs::path old = home_ / "old.db";
  test::make_old_library(old);
  {
    store::Catalogue catalogue = store::Catalogue::open(file_, store::Access::write);
    store::import_togetheros(catalogue, old);
  }
  put("cat.jpg");
  EXPECT_EQ(index().added, 1U);
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(Indexing, AnotherWriterIsNamedAndNothingChanges) {
  put("cat.jpg");
  index();
  put("dog.jpg", "photo_dog.jpg");
  {
    const store::Catalogue writer = store::Catalogue::open(file_, store::Access::write);
    EXPECT_THAT([&] { index(); }, throws_error(ErrorCode::busy, "is being written by process"));
    EXPECT_THAT([&] { forget_folder(file_, photos_); },
                throws_error(ErrorCode::busy, "is being written by process"));
  }
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(Indexing, ForgettingDropsImagesAndLeavesFiles) {
  const std::string cat = put("cat.jpg");
  const std::string dog = put("more/dog.jpg", "photo_dog.jpg");
  test::write_text(photos_ / "more" / "broken.jpg", "no image");
  test::write_text(photos_ / "more" / "notes.txt", "no image");
  index();
  EXPECT_EQ(forget_folder(file_, photos_ / "more"), 1U) << "only one of the three is an image";
  EXPECT_TRUE(fs::exists(dog));
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
  EXPECT_THAT(root_paths(), ElementsAre(photos_.native()));
  EXPECT_EQ(forget_folder(file_, photos_), 1U);
  EXPECT_TRUE(fs::exists(cat));
  EXPECT_THAT(root_paths(), IsEmpty());
}

TEST_F(Indexing, ForgettingAFolderForgetsTheKnownOnesInside) {
  put("one/cat.jpg");
  put("two/dog.jpg", "photo_dog.jpg");
  index({.folders = {photos_ / "one", photos_ / "two"}});
  EXPECT_EQ(forget_folder(file_, photos_), 2U);
  EXPECT_THAT(root_paths(), IsEmpty());
}

TEST_F(Indexing, ForgettingWhatTheLibraryDoesNotHoldIsAnError) {
  put("cat.jpg");
  index();
  EXPECT_THAT(
      [&] { forget_folder(file_, home_ / "elsewhere"); },
      throws_error(ErrorCode::not_found, "holds nothing of " + (home_ / "elsewhere").native() +
                                             "; `clipdex status` shows its folders"));
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(Indexing, ForgettingMakesNoLibrary) {
  EXPECT_THAT([&] { forget_folder(file_, photos_); },
              throws_error(ErrorCode::not_found, "there is no library"));
  EXPECT_FALSE(fs::exists(file_));
}

}  // namespace
}  // namespace clipdex::library
