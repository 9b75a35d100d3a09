#include "library/model_locator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A shelf of the user's own below XDG_DATA_HOME, which the scene points at a temporary directory.
class ModelLocator : public test::LibraryScene {
 protected:
  fs::path shelve(std::string_view name) const {
    fs::create_directories(shelf_ / name);
    return shelf_ / name;
  }

  const fs::path shelf_ = home_ / "data/clipdex/models";
  const fs::path program_shelf_ = test::build_directory() / "share/clipdex/models";
};

TEST_F(ModelLocator, TheDemoModelComesWithTheProgram) {
  EXPECT_EQ(demo_model_directory(), program_shelf_ / "demo");
  EXPECT_EQ(locate_model("").value_or_throw(), program_shelf_ / "demo");
  EXPECT_EQ(locate_model("demo").value_or_throw(), program_shelf_ / "demo");
}

TEST_F(ModelLocator, TheShelfOfTheUserComesFirst) {
  EXPECT_THAT(model_shelves(), ElementsAre(shelf_, program_shelf_));
  shelve("demo");
  EXPECT_EQ(locate_model("demo").value_or_throw(), shelf_ / "demo");
  EXPECT_EQ(locate_model("").value_or_throw(), program_shelf_ / "demo")
      << "no name means the bundled one, whatever the user calls theirs";
}

TEST_F(ModelLocator, WithoutAHomeOnlyTheShelfOfTheProgramIsLeft) {
  const test::ScopedVariable data("XDG_DATA_HOME", std::nullopt);
  const test::ScopedVariable home("HOME", std::nullopt);
  EXPECT_THAT(model_shelves(), ElementsAre(program_shelf_));
}

TEST_F(ModelLocator, ADirectoryHereComesBeforeAShelf) {
  shelve("mine");
  fs::create_directories(home_ / "mine");
  const fs::path here = fs::current_path();
  fs::current_path(home_);
  const fs::path found = locate_model("mine").value_or_throw();
  fs::current_path(here);
  EXPECT_EQ(found, "mine");
  EXPECT_EQ(locate_model("mine").value_or_throw(), shelf_ / "mine");
}

TEST_F(ModelLocator, APathMustExistAsItIsWritten) {
  shelve("nosuch");
  const auto found = locate_model((home_ / "nosuch").native());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
  EXPECT_THAT(found.error().message,
              HasSubstr("there is no model package at " + (home_ / "nosuch").native() +
                        "; give the directory that holds its ONNX files"));
}

TEST_F(ModelLocator, AnUnknownNameTellsWhereItWasLookedFor) {
  const auto found = locate_model("nosuch");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
  EXPECT_EQ(found.error().message, "there is no model called 'nosuch' here or in " +
                                       shelf_.native() + " and " + program_shelf_.native() +
                                       "; `clipdex model list` shows what there is");
}

TEST_F(ModelLocator, AFileIsNoModel) {
  test::write_text(shelf_ / "file", "");
  EXPECT_FALSE(locate_model("file"));
}

TEST_F(ModelLocator, InstalledModelsAreListedByNameAndOnce) {
  shelve("zebra");
  shelve("ant");
  shelve("demo");
  test::write_text(shelf_ / "notes.txt", "");
  EXPECT_THAT(installed_models(), ElementsAre(shelf_ / "ant", shelf_ / "demo", shelf_ / "zebra"));
  fs::remove(shelf_ / "demo");
  EXPECT_THAT(installed_models(),
              ElementsAre(shelf_ / "ant", shelf_ / "zebra", program_shelf_ / "demo"));
}

}  // namespace
}  // namespace clipdex::library
