#include "store/import_togetheros.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "store/check.hpp"
#include "store/connection.hpp"
#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kMadeAtMs = 1'700'000'000'000;

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() {
    // The table as clip_manage of the TogetheROS box makes it.
    old_.run(
        "CREATE TABLE ClipItems (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, "
        "type BOOLEAN, name TEXT, text TEXT, url TEXT, feature BLOB, extra TEXT)");
  }

  void add(std::string_view url, const std::vector<float>& feature, bool is_image = true) {
    Query(old_,
          "INSERT INTO ClipItems(timestamp, type, name, text, url, feature, extra) "
          "VALUES (?, ?, '', '', ?, ?, '')",
          kMadeAtMs, is_image, url, std::as_bytes(std::span(feature)))
        .run();
  }

  std::string bytes_of_source() {
    std::ostringstream bytes;
    bytes << std::ifstream(source_, std::ios::binary).rdbuf();
    return bytes.str();
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path source_ = directory_.path() / "old.db";
  const std::filesystem::path file_ = directory_.path() / "clip.db";
  Connection old_{source_, Connection::Mode::write};
  Catalogue library_ = Catalogue::open(file_, Access::write);
};

TEST_F(ImportTest, RowsBecomeImagesWithUnitVectorsInASpaceOfTheirOwn) {
  const ModelId existing = library_.ensure_model(test::identity(), "m", "/m");
  library_.set_active_model(existing);
  std::vector<float> longer = test::unit_vector(1, 512);
  for (float& value : longer) value *= 7;
  add("/userdata/a.jpg", longer);
  add("/userdata/\xff b.jpg", test::unit_vector(2, 512));
  const ImportReport report = import_togetheros(library_, source_);
  EXPECT_EQ(report.imported, 2u);
  EXPECT_EQ(report.known, 0u);
  EXPECT_THAT(report.refused, IsEmpty());

  const ModelRow model = library_.models().back();
  EXPECT_EQ(model.id, report.model);
  EXPECT_NE(model.id, existing);
  EXPECT_THAT(model.identity.hash, HasSubstr("togetheros:"));
  EXPECT_EQ(model.identity.dimension, 512u);
  EXPECT_EQ(model.directory, "");
  EXPECT_EQ(library_.active_model()->id, existing) << "the choice of the user stays";
  const auto vectors = test::vectors_of(library_, report.model);
  ASSERT_THAT(vectors, SizeIs(2));
  EXPECT_NEAR(vectors[0].second[5], longer[5] / 7, 1e-6);
  EXPECT_TRUE(library_.find_path("/userdata/\xff b.jpg", report.model));
  EXPECT_THAT(check_library(file_, false), IsEmpty());
}

TEST_F(ImportTest, TheFirstSpaceOfALibraryBecomesItsActiveOne) {
  add("/a.jpg", test::unit_vector(1));
  const ImportReport report = import_togetheros(library_, source_);
  ASSERT_TRUE(library_.active_model());
  EXPECT_EQ(library_.active_model()->id, report.model);
  Connection script(file_, Connection::Mode::read);
  EXPECT_EQ(Query(script, "SELECT timestamp FROM ClipItems WHERE url = '/a.jpg'").only_integer(),
            kMadeAtMs);
}

TEST_F(ImportTest, DoingItAgainAddsNothing) {
  old_.run("BEGIN");
  for (int i = 0; i < 2500; ++i) add("/p/" + std::to_string(i), test::unit_vector(1));
  old_.run("COMMIT");
  EXPECT_EQ(import_togetheros(library_, source_).imported, 2500u);
  const ImportReport again = import_togetheros(library_, source_);
  EXPECT_EQ(again.imported, 0u);
  EXPECT_EQ(again.known, 2500u);
  EXPECT_EQ(library_.counts().ready, 2500u);
  EXPECT_THAT(library_.models(), SizeIs(1));
}

TEST_F(ImportTest, OddRowsAreRefusedEachWithItsReason) {
  add("/good.jpg", test::unit_vector(1));
  add("/good2.jpg", test::unit_vector(2));
  add("a query", test::unit_vector(3), false);
  add("", test::unit_vector(4));
  add("http://host/a.jpg", test::unit_vector(5));
  add("/empty.jpg", {});
  add("/short.jpg", test::unit_vector(6, 3));
  add("/zero.jpg", std::vector<float>(test::kDimension));
  add("/nan.jpg", std::vector<float>(test::kDimension, std::numeric_limits<float>::quiet_NaN()));
  old_.run("INSERT INTO ClipItems(url) VALUES (NULL), ('/null.jpg')");
  const ImportReport report = import_togetheros(library_, source_);
  EXPECT_EQ(report.imported, 2u);
  EXPECT_THAT(report.refused,
              UnorderedElementsAre(
                  Pair("it is a text, not an image", 1u), Pair("it has no path", 2u),
                  Pair("its url is not a path", 1u), Pair("it has no vector", 2u),
                  Pair("its vector has another size than most", 1u),
                  Pair("its vector has no direction (zero, infinite or not a number)", 2u)));
  EXPECT_THAT(check_library(file_, false), IsEmpty());
}

TEST_F(ImportTest, AFileWithoutAnyVectorAddsNothingNotEvenAModel) {
  const ImportReport empty = import_togetheros(library_, source_);
  EXPECT_EQ(empty.imported, 0u);
  EXPECT_EQ(empty.model, 0);
  add("/a.jpg", {});
  EXPECT_THAT(import_togetheros(library_, source_).refused, SizeIs(1));
  EXPECT_THAT(library_.models(), IsEmpty());
}

TEST_F(ImportTest, ARelativePathStartsAtTheFolderOfTheFile) {
  add("config//./CLIP.png", test::unit_vector(1));
  const ImportReport report = import_togetheros(library_, source_);
  const std::filesystem::path path =
      std::filesystem::canonical(directory_.path()) / "config" / "CLIP.png";
  EXPECT_TRUE(library_.find_path(path.native(), report.model)) << path;
}

TEST_F(ImportTest, TheSourceIsNeverWrittenTo) {
  add("/a.jpg", test::unit_vector(1));
  const std::string before = bytes_of_source();
  import_togetheros(library_, source_);
  EXPECT_EQ(bytes_of_source(), before);
  EXPECT_FALSE(std::filesystem::exists(source_.native() + "-wal"));
}

TEST_F(ImportTest, IndexingTheFolderLaterKeepsTheOldVectorBesideTheNew) {
  add("/p/a.jpg", test::unit_vector(1));
  const ImportReport report = import_togetheros(library_, source_);
  const ModelId model = library_.ensure_model(test::identity('b'), "new", "/m");
  const std::optional<KnownFile> known = library_.find_path("/p/a.jpg", model);
  ASSERT_TRUE(known);
  EXPECT_FALSE(known->has_vector);

  ImageRecord record = test::record("/p/a.jpg");
  record.mtime_ns = (kMadeAtMs - 1000) * 1'000'000;
  record.root_id = library_.ensure_root({.path = "/p", .excludes = {}});
  EXPECT_EQ(library_.put_image(record), known->id);
  library_.put_vector(known->id, model, test::unit_vector(9));
  EXPECT_THAT(test::vectors_of(library_, report.model), SizeIs(1));
  EXPECT_THAT(test::vectors_of(library_, model), SizeIs(1));
}

TEST_F(ImportTest, AnImageTheLibraryKnowsGetsTheOldVectorUnlessItChangedSince) {
  ImageRecord older = test::record("/older.jpg");
  older.mtime_ns = (kMadeAtMs - 1) * 1'000'000;
  ImageRecord newer = test::record("/newer.jpg");
  newer.mtime_ns = (kMadeAtMs + 1) * 1'000'000;
  library_.put_image(older);
  library_.put_image(newer);
  library_.put_image(test::failed_record("/failed.jpg", "broken"));
  for (const char* path : {"/older.jpg", "/newer.jpg", "/failed.jpg"})
    add(path, test::unit_vector(1));
  const ImportReport report = import_togetheros(library_, source_);
  EXPECT_EQ(report.imported, 1u);
  EXPECT_THAT(report.refused,
              UnorderedElementsAre(Pair("its file was changed after its vector was made", 1u),
                                   Pair("the library knows that its file is no image", 1u)));
}

TEST_F(ImportTest, OnlyAClipDbIsTaken) {
  EXPECT_TRUE(is_togetheros_file(source_));
  EXPECT_FALSE(is_togetheros_file(file_));
  EXPECT_FALSE(is_togetheros_file(directory_.path()));
  EXPECT_FALSE(is_togetheros_file(directory_.path() / "missing.db"));
  const Error wrong = test::error_of([&] { import_togetheros(library_, file_); });
  EXPECT_EQ(wrong.code, ErrorCode::unsupported);
  EXPECT_THAT(wrong.message, HasSubstr("is no clip.db of the TogetheROS box"));
  const Error missing =
      test::error_of([&] { import_togetheros(library_, directory_.path() / "missing.db"); });
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_THAT(missing.message, HasSubstr("missing.db to import"));
}

}  // namespace
}  // namespace clipdex::store
