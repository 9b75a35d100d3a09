#include "library/model_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using test::words;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ModelChangeTest : public test::LibraryScene {
 protected:
  ModelChangeTest() {
    put("cat.jpg");
    put("dog.jpg", "photo_dog.jpg");
    index();
  }

  IndexReport index_with_new(IndexOptions what = {}) const {
    return Library(options(new_model_)).index(what);
  }

  std::string model_in_use() const { return Library(options()).model().name; }

  /// What a search finds: paths and scores, which differ from model to model.
  std::vector<std::pair<std::string, float>> found() const {
    std::vector<std::pair<std::string, float>> pairs;
    for (const Hit& hit : Library(options()).search(words("a cat")).hits) {
      pairs.emplace_back(hit.path, hit.score);
    }
    return pairs;
  }

  const fs::path new_model_ = test::test_models_directory() / "immich-other-seed";
};

TEST_F(ModelChangeTest, SearchesUseTheNewModelWhenEveryImageHasItsVector) {
  const auto before = found();
  std::vector<std::string> notes;
  const IndexReport report =
      index_with_new({.note = [&](std::string_view note) { notes.emplace_back(note); }});
  ASSERT_TRUE(report.model_change);
  EXPECT_EQ(report.model_change->from, "immich");
  EXPECT_EQ(report.model_change->to, "immich-other-seed");
  EXPECT_EQ(report.model_change->vectors, 2U);
  EXPECT_EQ(report.model_change->images, 2U);
  EXPECT_TRUE(report.model_change->done);
  EXPECT_EQ(report.encoded, 2U);
  EXPECT_EQ(model_in_use(), "immich-other-seed");
  EXPECT_NE(found(), before);
  EXPECT_THAT(notes, UnorderedElementsAre(HasSubstr("searches use 'immich' until every image")));
}

TEST_F(ModelChangeTest, AChangeThatWasCutShortLeavesSearchesAsTheyWereAndGoesOn) {
  put_numbered(40);
  index_known();
  const auto before = found();
  index_with_new();
  use_model(file_, "immich");
  // What a killed run leaves: some images have a vector of the new model, and others have none yet.
  store::Connection(file_, store::Connection::Mode::write)
      .run(
          "DELETE FROM embeddings WHERE image_id % 3 = 0 AND model_id = "
          "(SELECT id FROM models WHERE name = 'immich-other-seed')");
  EXPECT_EQ(found(), before);

  const IndexReport rest = index_with_new();
  EXPECT_TRUE(rest.model_change->done);
  EXPECT_EQ(rest.encoded, 14U) << "what was filled in is not made again";
  EXPECT_EQ(model_in_use(), "immich-other-seed");
}

TEST_F(ModelChangeTest, GoingBackFindsExactlyWhatWasFoundBefore) {
  const auto before = found();
  index_with_new();
  const ModelChange change = use_model(file_, "immich");
  EXPECT_EQ(change.from, "immich-other-seed");
  EXPECT_EQ(change.to, "immich");
  EXPECT_TRUE(change.done);
  EXPECT_EQ(found(), before);
  EXPECT_FALSE(index_known().model_change) << "the model in use is only kept up to date";
}

TEST_F(ModelChangeTest, AllFoldersAreFilledWhicheverWereNamed) {
  const fs::path more = home_ / "more";
  fs::create_directory(more);
  fs::copy_file(test::album("photo_owl.jpg"), more / "owl.jpg");
  const IndexReport report = index_with_new({.folders = {more}});
  EXPECT_EQ(report.encoded, 3U);
  EXPECT_TRUE(report.model_change->done);
  EXPECT_THAT(names_in_library(), UnorderedElementsAre("cat.jpg", "dog.jpg", "owl.jpg"));
}

TEST_F(ModelChangeTest, ImagesThatAreNotThereKeepTheOldModelInUse) {
  fs::rename(photos_, home_ / "unmounted");
  const IndexReport report = index_with_new();
  EXPECT_FALSE(report.model_change->done);
  EXPECT_EQ(report.model_change->vectors, 0U);
  EXPECT_EQ(report.model_change->images, 2U);
  EXPECT_EQ(model_in_use(), "immich");
  EXPECT_THAT(found(), SizeIs(2));
  use_model(file_, "immich-other-seed");
  EXPECT_THAT(found(), IsEmpty()) << "the user insisted";
}

TEST_F(ModelChangeTest, SearchesGoOnWhileVectorsAreFilledIn) {
  put_numbered(60);
  index_known();
  const auto before = found();
  std::atomic<bool> done = false;
  std::thread change([&] {
    EXPECT_TRUE(index_with_new().model_change->done);
    done = true;
  });
  std::vector<std::vector<std::pair<std::string, float>>> answers;
  do {
    answers.push_back(found());
  } while (!done);
  change.join();
  const auto after = found();
  for (const auto& answer : answers) EXPECT_THAT(answer, AnyOf(before, after));
}

TEST_F(ModelChangeTest, AModelIsNamedByNameDirectoryOrDigits) {
  index_with_new();
  const std::string digits =
      store::Catalogue::open(file_, store::Access::read).models().front().identity.hash;
  EXPECT_EQ(use_model(file_, digits.substr(0, 8)).to, "immich");
  EXPECT_EQ(use_model(file_, new_model_.native()).to, "immich-other-seed");
  EXPECT_THAT([&] { use_model(file_, digits.substr(0, 3)); },
              throws_error(ErrorCode::not_found, "holds no vectors of a model '"));
}

TEST_F(ModelChangeTest, ANameThatTwoModelsHaveNeedsTheDigits) {
  const fs::path same_name = home_ / "immich";
  fs::copy(new_model_, same_name, fs::copy_options::recursive);
  Library(options(same_name)).index({});
  EXPECT_THAT([&] { use_model(file_, "immich"); },
              throws_error(ErrorCode::invalid_argument, "more than one model of"));
}

TEST_F(ModelChangeTest, ADroppedModelIsGoneWithItsVectorsAndTexts) {
  found();  // The vector of its text is remembered.
  index_with_new();
  EXPECT_EQ(drop_model(file_, "immich"), 2U);
  const store::Catalogue catalogue = store::Catalogue::open(file_, store::Access::read);
  ASSERT_THAT(catalogue.models(), SizeIs(1));
  store::Connection connection(file_, store::Connection::Mode::read);
  EXPECT_EQ(store::Query(connection, "SELECT count(*) FROM embeddings").only_integer(), 2);
  EXPECT_EQ(store::Query(connection, "SELECT count(*) FROM query_vectors").only_integer(), 0);
  EXPECT_THAT([&] { drop_model(file_, "immich-other-seed"); },
              throws_error(ErrorCode::invalid_argument, "so it cannot be taken out"));
}

TEST_F(ModelChangeTest, ALibraryThatIsNotThereIsNotMade) {
  EXPECT_THAT([&] { use_model(home_ / "no.db", "immich"); },
              throws_error(ErrorCode::not_found, "there is no library"));
  EXPECT_FALSE(fs::exists(home_ / "no.db"));
}

}  // namespace
}  // namespace clipdex::library
