#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/catalogue.hpp"
#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class CatalogueModelsTest : public ::testing::Test {
 protected:
  RootId ensure_root(const std::string& path, std::vector<std::string> excludes = {}) {
    return library_.ensure_root({.path = path, .excludes = std::move(excludes)});
  }

  std::vector<std::string> root_paths() {
    std::vector<std::string> paths;
    for (const Root& root : library_.roots()) paths.push_back(root.path);
    return paths;
  }

  clipdex::test::TemporaryDirectory directory_;
  Catalogue library_ = Catalogue::open(directory_.path() / "clip.db", Access::write);
};

TEST_F(CatalogueModelsTest, AModelIsKnownByItsIdentityAndTakesANewNameOver) {
  const ModelId id = library_.ensure_model(test::identity(), "old", "/old");
  EXPECT_EQ(library_.ensure_model(test::identity(), "new", "/new"), id);
  ASSERT_THAT(library_.models(), SizeIs(1));
  const ModelRow row = library_.models().front();
  EXPECT_EQ(row.id, id);
  EXPECT_EQ(row.identity, test::identity());
  EXPECT_EQ(row.name, "new");
  EXPECT_EQ(row.directory, "/new");
}

TEST_F(CatalogueModelsTest, AnotherHashOrDimensionIsAnotherModel) {
  const ModelId a = library_.ensure_model(test::identity('a'), "m", "");
  const ModelId b = library_.ensure_model(test::identity('b'), "m", "");
  const ModelId c = library_.ensure_model(test::identity('a', 32), "m", "");
  EXPECT_THAT((std::set<ModelId>{a, b, c}), SizeIs(3));
}

TEST_F(CatalogueModelsTest, TheActiveModelIsTheOneThatWasChosen) {
  const ModelId a = library_.ensure_model(test::identity('a'), "first", "");
  const ModelId b = library_.ensure_model(test::identity('b'), "second", "");
  EXPECT_EQ(library_.active_model(), std::nullopt);
  library_.set_active_model(a);
  library_.set_active_model(b);
  ASSERT_TRUE(library_.active_model());
  EXPECT_EQ(library_.active_model()->name, "second");
}

TEST_F(CatalogueModelsTest, AnUnknownModelCannotBeChosen) {
  const Error error = test::error_of([&] { library_.set_active_model(7); });
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("no model with the number 7"));
}

TEST_F(CatalogueModelsTest, ARootKeepsItsPatternsWhateverBytesTheyHave) {
  const std::vector<std::string> excludes = {"*.tmp", "a\nb", "\xff\xfe", "", "'\"%_"};
  library_.ensure_root({.path = "/photos", .excludes = excludes, .hidden_files = true});
  ASSERT_THAT(library_.roots(), SizeIs(1));
  EXPECT_EQ(library_.roots().front().excludes, excludes);
  EXPECT_TRUE(library_.roots().front().hidden_files);
}

TEST_F(CatalogueModelsTest, ARootIsUpdatedByItsPathAndKeepsTheTimeOfItsLastScan) {
  const RootId id = ensure_root("/photos", {"a"});
  library_.mark_root_indexed(id, 1'700'000'000);
  EXPECT_EQ(ensure_root("/photos", {"b"}), id);
  const Root root = library_.roots().front();
  EXPECT_THAT(root.excludes, ElementsAre("b"));
  EXPECT_EQ(root.indexed_at_s, 1'700'000'000);
}

TEST_F(CatalogueModelsTest, ANewRootAbsorbsThoseBelowItWithTheirImages) {
  ImageRecord record = test::record("/photos/2024/a.jpg");
  record.root_id = ensure_root("/photos/2024");
  library_.put_image(record);
  ensure_root("/photos-of-others");
  ensure_root("/photos");
  EXPECT_THAT(root_paths(), ElementsAre("/photos", "/photos-of-others"));
  EXPECT_EQ(library_.counts().ready, 1u);
}

TEST_F(CatalogueModelsTest, AFolderInsideARootStaysWithThatRoot) {
  const RootId outer = ensure_root("/photos", {"a"});
  EXPECT_EQ(ensure_root("/photos/2024", {"b"}), outer);
  EXPECT_THAT(root_paths(), ElementsAre("/photos"));
  EXPECT_THAT(library_.roots().front().excludes, ElementsAre("a"));
}

TEST_F(CatalogueModelsTest, AForgottenRootLeavesItsImages) {
  ImageRecord record = test::record("/photos/a.jpg");
  record.root_id = ensure_root("/photos");
  library_.put_image(record);
  library_.remove_root(record.root_id);
  EXPECT_THAT(library_.roots(), ::testing::IsEmpty());
  EXPECT_EQ(library_.counts().ready, 1u);
}

TEST_F(CatalogueModelsTest, TheRootOfTheFileSystemAbsorbsEverything) {
  ensure_root("/a");
  ensure_root("/b");
  const RootId top = ensure_root("/");
  EXPECT_THAT(root_paths(), ElementsAre("/"));
  EXPECT_EQ(ensure_root("/c"), top);
}

}  // namespace
}  // namespace clipdex::store
