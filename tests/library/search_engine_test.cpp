#include "library/search_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "library/maintenance.hpp"
#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;

class SearchEngineTest : public test::LibraryScene {
 protected:
  /// A library whose model is a copy that a test may move or change.
  SearchEngineTest() {
    put("cat.jpg");
    put("dog.jpg", "photo_dog.jpg");
    Library(options(model_)).index({.folders = {photos_}});
  }

  store::Catalogue reader() const { return store::Catalogue::open(file_, store::Access::read); }

  ChosenModel choose(std::string_view wanted = {}) const { return choose_model(reader(), wanted); }

  const fs::path model_ = test::copy_model("immich", home_);
};

TEST_F(SearchEngineTest, TheVectorsAreReadOnceUntilSomebodyWrites) {
  const store::Catalogue catalogue = reader();
  ChosenModel chosen = choose_model(catalogue, "");
  SearchEngine engine(&chosen.package, chosen.row);
  const auto first = engine.index(catalogue);
  EXPECT_EQ(first->size(), 2U);
  EXPECT_EQ(engine.index(catalogue), first);

  put("owl.jpg", "photo_owl.jpg");
  index_known();
  const auto second = engine.index(catalogue);
  EXPECT_EQ(second->size(), 3U);
  EXPECT_EQ(first->size(), 2U) << "a search that goes on keeps what it began with";
}

TEST_F(SearchEngineTest, ThreadsShareOneIndex) {
  ChosenModel chosen = choose();
  SearchEngine engine(&chosen.package, chosen.row);
  std::vector<std::shared_ptr<const vectors::VectorIndex>> seen(4);
  std::vector<std::thread> threads;
  for (auto& index : seen) {
    threads.emplace_back([&] { index = engine.index(reader()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& index : seen) EXPECT_EQ(index, seen.front());
}

TEST_F(SearchEngineTest, TheTowersBelongToTheModelOfTheVectors) {
  ChosenModel chosen = choose();
  SearchEngine engine(&chosen.package, chosen.row);
  EXPECT_EQ(engine.towers().text().dimension(), engine.model().identity.dimension);
  EXPECT_EQ(engine.model().name, "immich");
  EXPECT_FALSE(engine.is_demo());
}

TEST_F(SearchEngineTest, TheModelIsFoundWhereItWas) {
  EXPECT_EQ(choose().package.directory, model_);
  EXPECT_EQ(choose(model_.native()).row.id, choose().row.id);
}

TEST_F(SearchEngineTest, AModelThatMovedToAShelfIsFoundThere) {
  const fs::path shelf = home_ / "data/clipdex/models";
  fs::create_directories(shelf);
  fs::rename(model_, shelf / "mine");
  EXPECT_EQ(choose().package.directory, shelf / "mine");
}

TEST_F(SearchEngineTest, AModelThatMovedElsewhereMustBeNamed) {
  fs::rename(model_, home_ / "elsewhere");
  EXPECT_THAT([&] { choose(); }, throws_error(ErrorCode::wrong_model,
                                              "which is not at " + model_.native() +
                                                  " any more, or has changed; say where it is with "
                                                  "--model DIR"));
  EXPECT_EQ(choose((home_ / "elsewhere").native()).package.name, "elsewhere");
}

TEST_F(SearchEngineTest, AModelThatChangedIsAnotherModel) {
  test::replace_in_file(model_ / "visual/preprocess_cfg.json", "0.48145466", "0.5");
  EXPECT_THAT([&] { choose(); }, throws_error(ErrorCode::wrong_model, "has changed; say where"));
  EXPECT_THAT([&] { choose(model_.native()); },
              throws_error(ErrorCode::wrong_model, "cannot be compared with them"));
}

TEST_F(SearchEngineTest, AModelThatIsBrokenIsNotTakenForTheOneOfTheVectors) {
  fs::remove(model_ / "visual/model.onnx");
  EXPECT_THAT([&] { choose(); }, throws_error(ErrorCode::wrong_model, "say where it is"));
  EXPECT_THAT([&] { choose(model_.native()); },
              ::testing::Throws<Exception>(
                  ::testing::Property(&Exception::what, ::testing::HasSubstr(model_.native()))));
}

TEST_F(SearchEngineTest, ImportedVectorsHaveNoModelHere) {
  const fs::path old = home_ / "old.db";
  const fs::path imported = home_ / "imported.db";
  test::make_old_library(old);
  import_togetheros(imported, old);
  const store::Catalogue catalogue = store::Catalogue::open(imported, store::Access::read);
  EXPECT_THAT([&] { choose_model(catalogue, ""); },
              throws_error(ErrorCode::wrong_model,
                           "no model here makes such vectors; give the text encoder that belongs "
                           "to them (--model DIR), or index the folders with a model: clipdex "
                           "index FOLDER"));
}

TEST_F(SearchEngineTest, VectorsOfTheBoxAreSearchedWithItsTextEncoder) {
  const fs::path old = home_ / "old.db";
  const LibraryOptions imported{.file = home_ / "imported.db",
                                .model = (test::test_models_directory() / "togetheros").native()};
  test::make_old_library(old, 16);
  import_togetheros(imported.file, old);
  EXPECT_THAT(test::names_of(Library(imported).search(test::words("a red car"))),
              ::testing::ElementsAre("a.jpg"));
  EXPECT_THAT([&] { Library(imported).search(test::example(test::album("photo_cat.jpg"))); },
              throws_error(ErrorCode::unsupported, "has a text tower alone"));
}

TEST_F(SearchEngineTest, WithoutVectorsThereIsNoModelToChoose) {
  const fs::path empty = home_ / "empty.db";
  const store::Catalogue catalogue = store::Catalogue::open(empty, store::Access::write);
  EXPECT_THAT([&] { choose_model(catalogue, ""); },
              throws_error(ErrorCode::not_found, "holds no vectors yet"));
}

}  // namespace
}  // namespace clipdex::library
