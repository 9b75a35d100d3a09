#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "store/catalogue.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class CatalogueImagesTest : public ::testing::Test {
 protected:
  ImageId put(const ImageRecord& record, std::uint32_t seed) {
    const ImageId id = library_.put_image(record);
    library_.put_vector(id, model_, test::unit_vector(seed));
    return id;
  }

  ImageId put(const std::string& path) { return put(test::record(path), 1); }

  std::vector<std::string> below(std::string_view folder) {
    std::vector<std::string> paths;
    library_.visit_below(folder, [&](ImageId, std::string_view path) { paths.emplace_back(path); });
    return paths;
  }

  bool has_vector(const std::string& path) { return library_.find_path(path, model_)->has_vector; }

  clipdex::test::TemporaryDirectory directory_;
  Catalogue library_ = Catalogue::open(directory_.path() / "clip.db", Access::write);
  const ModelId model_ = library_.ensure_model(test::identity(), "m", "");
};

TEST_F(CatalogueImagesTest, APathIsFoundWithWhatDecidesWhetherItIsReadAgain) {
  EXPECT_EQ(library_.find_path("/a.jpg", model_), std::nullopt);
  const ImageId id = put("/a.jpg");
  const std::optional<KnownFile> known = library_.find_path("/a.jpg", model_);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->id, id);
  EXPECT_EQ(known->size_bytes, 1000u);
  EXPECT_EQ(known->mtime_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(known->state, ImageState::ready);
  EXPECT_TRUE(known->has_vector);
  EXPECT_FALSE(library_.find_path("/a.jpg", model_ + 1)->has_vector);
}

TEST_F(CatalogueImagesTest, PathsOfAnyBytesSurvive) {
  const std::vector<std::string> paths = {
      "/a b/c.jpg",        "/new\nline.jpg",    "/'quote\".jpg",    "/100%_.jpg",
      "/\xff\xfe\x80.jpg", "/\xe7\x8c\xab.jpg", "/back\\slash.jpg", "/" + std::string(4000, 'x')};
  std::map<ImageId, std::string> put_in;
  for (const std::string& path : paths) put_in[put(path)] = path;
  EXPECT_THAT(put_in, SizeIs(paths.size()));
  std::vector<ImageId> ids;
  for (const auto& [id, path] : put_in) {
    EXPECT_EQ(library_.find_path(path, model_)->id, id);
    ids.push_back(id);
  }
  const auto paths_by_id = library_.paths(ids);
  EXPECT_EQ((std::map<ImageId, std::string>(paths_by_id.begin(), paths_by_id.end())), put_in);
}

TEST_F(CatalogueImagesTest, ChangedContentReplacesTheRowAndDropsTheVectorsOfEveryModel) {
  const ModelId other = library_.ensure_model(test::identity('b'), "other", "");
  const ImageId id = put("/a.jpg");
  library_.put_vector(id, other, test::unit_vector(2));
  ImageRecord changed = test::record("/a.jpg");
  changed.hash[0] ^= 1;
  changed.width = 11;
  EXPECT_EQ(library_.put_image(changed), id) << "a path keeps its id";
  EXPECT_FALSE(has_vector("/a.jpg"));
  EXPECT_EQ(library_.vector_count(other), 0u);
  EXPECT_EQ(library_.find_content(changed.hash, model_).front().width, 11);
  EXPECT_THAT(library_.find_content(test::record("/a.jpg").hash, model_), IsEmpty());
}

TEST_F(CatalogueImagesTest, TheSameContentKeepsTheVectorsOfOtherModels) {
  put("/a.jpg");
  ImageRecord touched = test::record("/a.jpg");
  touched.mtime_ns += 5;
  library_.put_image(touched);
  EXPECT_TRUE(has_vector("/a.jpg"));
}

TEST_F(CatalogueImagesTest, AnImageThatFailsLosesItsVectorsAndStandsInTheLedger) {
  put("/a.jpg");
  library_.put_image(test::failed_record("/a.jpg", "it is truncated"));
  EXPECT_FALSE(has_vector("/a.jpg"));
  EXPECT_EQ(library_.find_path("/a.jpg", model_)->state, ImageState::failed);
  ASSERT_THAT(library_.failures(), SizeIs(1));
  put("/a.jpg");
  EXPECT_THAT(library_.failures(), IsEmpty());
}

TEST_F(CatalogueImagesTest, AVectorOfUnreadContentStaysUnlessTheFileIsNewer) {
  for (const bool is_newer : {false, true}) {
    const std::string path = is_newer ? "/newer.jpg" : "/older.jpg";
    ImageRecord imported = test::record(path);
    imported.hash = {};
    imported.size_bytes = static_cast<std::uint64_t>(kSizeUnknown);
    imported.vectors_made_at_ms = 1'700'000'000'000;
    put(imported, 1);
    ImageRecord read = test::record(path);
    read.mtime_ns = (1'700'000'000'000 + (is_newer ? 1 : -1)) * 1'000'000;
    library_.put_image(read);
    EXPECT_EQ(has_vector(path), !is_newer);
  }
}

TEST_F(CatalogueImagesTest, AnIdIsNeverUsedAgain) {
  const ImageId first = put("/a.jpg");
  library_.remove_image(first);
  EXPECT_GT(put("/a.jpg"), first);
}

TEST_F(CatalogueImagesTest, RemovingAnImageRemovesItsVectors) {
  const ImageId id = put("/a.jpg");
  library_.remove_image(id);
  EXPECT_EQ(library_.vector_count(model_), 0u);
  EXPECT_EQ(library_.counts().ready, 0u);
  library_.remove_image(id);  // Removing what is gone is no error.
}

TEST_F(CatalogueImagesTest, TheSameContentIsFoundUnderEveryPathReadyOnesFirst) {
  const ImageRecord first = test::record("/a.jpg");
  ImageRecord failed = test::failed_record("/0.jpg", "broken");
  failed.hash = first.hash;
  ImageRecord copy = test::record("/b.jpg");
  copy.hash = first.hash;
  copy.taken_at_s = 77;
  library_.put_image(failed);
  const ImageId a = put(first, 1);
  const ImageId b = library_.put_image(copy);
  const std::vector<SameContent> found = library_.find_content(first.hash, model_);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].id, a);
  EXPECT_TRUE(found[0].has_vector);
  EXPECT_EQ(found[0].taken_at_s, std::nullopt);
  EXPECT_EQ(found[1].id, b);
  EXPECT_FALSE(found[1].has_vector);
  EXPECT_EQ(found[1].taken_at_s, 77);
  EXPECT_EQ(found[2].path, "/0.jpg");
}

TEST_F(CatalogueImagesTest, ContentThatWasNeverReadIsLikeNoOther) {
  ImageRecord unread = test::failed_record("/a.jpg", "permission denied");
  unread.hash = {};
  library_.put_image(unread);
  EXPECT_THAT(library_.find_content(ContentHash{}, model_), IsEmpty());
}

TEST_F(CatalogueImagesTest, BelowAFolderMeansThePathItselfAndWhatFollowsItsSlash) {
  for (const char* path :
       {"/p/a.jpg", "/p/b/c.jpg", "/p", "/p.jpg", "/p0", "/pq/a.jpg", "/p%/a.jpg", "/p/\xff.jpg",
        "/p/\xf0\x9f\x98\x80.jpg", "/P/a.jpg", "/q/a.jpg"}) {
    library_.put_image(test::record(path));
  }
  EXPECT_THAT(below("/p"), UnorderedElementsAre("/p", "/p/a.jpg", "/p/b/c.jpg", "/p/\xff.jpg",
                                                "/p/\xf0\x9f\x98\x80.jpg"));
  EXPECT_EQ(below("/p/"), below("/p"));
  EXPECT_THAT(below("/p%"), ElementsAre("/p%/a.jpg"));
  EXPECT_THAT(below("/p/a.jpg"), ElementsAre("/p/a.jpg"));
  EXPECT_THAT(below("/"), SizeIs(11));
  EXPECT_THAT(below("/nothing"), IsEmpty());
}

TEST_F(CatalogueImagesTest, AVisitorMayRemoveTheImageItIsShown) {
  test::put_images(library_, model_, 25);
  Catalogue::Transaction transaction(library_);
  int visited = 0;
  library_.visit_below("/photos", [&](ImageId id, std::string_view) {
    library_.remove_image(id);
    ++visited;
  });
  EXPECT_EQ(visited, 25);
  EXPECT_EQ(library_.counts().ready, 0u);
}

TEST_F(CatalogueImagesTest, TouchingKeepsTheVector) {
  const ImageId id = put("/a.jpg");
  library_.touch_image(id, 5, 6);
  const std::optional<KnownFile> known = library_.find_path("/a.jpg", model_);
  EXPECT_EQ(known->size_bytes, 5u);
  EXPECT_EQ(known->mtime_ns, 6);
  EXPECT_TRUE(known->has_vector);
}

TEST_F(CatalogueImagesTest, AMovedImageKeepsItsIdAndVectorAndReplacesWhatWasThere) {
  const ImageId moved = put(test::record("/old.jpg"), 1);
  const ImageId replaced = put(test::record("/new.jpg"), 2);
  ImageRecord record = test::record("/new.jpg");
  record.mtime_ns = 9;
  record.root_id = library_.ensure_root({.path = "/root", .excludes = {}});
  library_.move_image(moved, record);
  EXPECT_EQ(library_.find_path("/old.jpg", model_), std::nullopt);
  const std::optional<KnownFile> known = library_.find_path("/new.jpg", model_);
  EXPECT_EQ(known->id, moved);
  EXPECT_EQ(known->mtime_ns, 9);
  EXPECT_THAT(test::vectors_of(library_, model_),
              ElementsAre(std::pair(moved, test::unit_vector(1))));
  EXPECT_THAT(library_.paths(std::vector<ImageId>{replaced}), IsEmpty());
}

TEST_F(CatalogueImagesTest, ACopyGetsTheVectorsOfEveryModel) {
  const ModelId other = library_.ensure_model(test::identity('b'), "other", "");
  const ImageId from = put("/a.jpg");
  library_.put_vector(from, other, test::unit_vector(2));
  const ImageId to = library_.put_image(test::record("/b.jpg"));
  library_.copy_vectors(from, to);
  EXPECT_THAT(test::vectors_of(library_, other), ElementsAre(std::pair(from, test::unit_vector(2)),
                                                             std::pair(to, test::unit_vector(2))));
  EXPECT_EQ(library_.vector_count(model_), 2u);
}

TEST_F(CatalogueImagesTest, AVectorThatFitsNothingIsRefused) {
  const ImageId ready = put("/a.jpg");
  const ImageId failed = library_.put_image(test::failed_record("/b.jpg", "broken"));
  const std::vector<float> vector = test::unit_vector(1);
  const std::span<const float> short_vector = std::span(vector).first(3);
  for (const Error& error :
       {test::error_of([&] { library_.put_vector(failed, model_, vector); }),
        test::error_of([&] { library_.put_vector(ready + 100, model_, vector); }),
        test::error_of([&] { library_.put_vector(ready, model_ + 1, vector); }),
        test::error_of([&] { library_.put_vector(ready, model_, short_vector); })}) {
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("cannot be stored"));
  }
}

}  // namespace
}  // namespace clipdex::store
