#include "store/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

#include "store/catalogue.hpp"
#include "store/connection.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckTest : public ::testing::Test {
 protected:
  CheckTest() {
    Catalogue library = Catalogue::open(file_, Access::write);
    const ModelId model = library.ensure_model(test::identity(), "m", "");
    library.set_active_model(model);
    test::put_images(library, model, 5);
  }

  /// Changes the file as no clipdex would.
  void damage(const std::string& sql) {
    Connection(file_, Connection::Mode::write).run("PRAGMA foreign_keys = OFF;" + sql);
  }

  void put_vector(std::vector<float> vector) {
    Connection connection(file_, Connection::Mode::write);
    Query(connection, "UPDATE embeddings SET vector = ? WHERE image_id = 2",
          std::as_bytes(std::span(vector)))
        .run();
  }

  /// Expects one finding whose words hold `what`, a repair that says so, and nothing left after it.
  void expect_repairable(const std::string& what, std::uint64_t count) {
    const std::vector<Finding> found = check_library(file_, false);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].what, HasSubstr(what));
    EXPECT_EQ(found[0].count, count);
    EXPECT_FALSE(found[0].repaired);
    EXPECT_THAT(found[0].remedy, HasSubstr("'clipdex fsck --repair'"));
    const std::vector<Finding> repaired = check_library(file_, true);
    ASSERT_THAT(repaired, SizeIs(1));
    EXPECT_TRUE(repaired[0].repaired);
    EXPECT_FALSE(repaired[0].remedy.empty());
    EXPECT_THAT(check_library(file_, false), IsEmpty());
  }

  /// Whether the next indexing reads the file of image `id` again.
  bool will_be_read_again(ImageId id) {
    Connection connection(file_, Connection::Mode::read);
    return Query(connection, "SELECT size_bytes FROM images WHERE id = ?", id).only_integer() ==
           kSizeUnknown;
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "clip.db";
};

TEST_F(CheckTest, ASoundLibraryHasNoFindings) {
  EXPECT_THAT(check_library(file_, false), IsEmpty());
  EXPECT_THAT(check_library(file_, true), IsEmpty());
}

TEST_F(CheckTest, AnEmptyLibraryIsSound) {
  const std::filesystem::path empty = directory_.path() / "empty.db";
  Catalogue::open(empty, Access::write);
  EXPECT_THAT(check_library(empty, false), IsEmpty());
}

TEST_F(CheckTest, AMissingFileIsNotFoundAndNotMade) {
  const std::filesystem::path missing = directory_.path() / "missing.db";
  for (const bool repair : {false, true}) {
    EXPECT_EQ(test::error_of([&] { check_library(missing, repair); }).code, ErrorCode::not_found);
  }
  EXPECT_FALSE(std::filesystem::exists(missing));
}

TEST_F(CheckTest, RepairNeedsTheWriterLockAndLookingDoesNot) {
  const Catalogue writer = Catalogue::open(file_, Access::write);
  EXPECT_THAT(check_library(file_, false), IsEmpty());
  EXPECT_EQ(test::error_of([&] { check_library(file_, true); }).code, ErrorCode::busy);
}

TEST_F(CheckTest, VectorsWithoutAnImageAreRemoved) {
  damage("INSERT INTO embeddings SELECT 900 + image_id, model_id, vector FROM embeddings");
  expect_repairable("vectors of images that are not in the library", 5);
}

TEST_F(CheckTest, VectorsWithoutAModelAreRemoved) {
  damage("INSERT INTO embeddings SELECT image_id, 77, vector FROM embeddings");
  expect_repairable("vectors of models that are not in the library", 5);
}

TEST_F(CheckTest, VectorsOfFailedImagesAreRemoved) {
  damage("UPDATE images SET state = 1, error_code = 'corrupt', error = 'x' WHERE id = 2");
  expect_repairable("vectors of images that could not be indexed", 1);
}

TEST_F(CheckTest, AVectorOfAWrongLengthIsRemovedAndItsImageReadAgain) {
  put_vector(test::unit_vector(1, 3));
  expect_repairable("vectors of a wrong length", 1);
  EXPECT_TRUE(will_be_read_again(2));
  EXPECT_FALSE(will_be_read_again(1));
}

TEST_F(CheckTest, AVectorThatIsNotFiniteIsRemovedAndItsImageReadAgain) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1.01F}) {
    Connection(file_, Connection::Mode::write)
        .run(
            "INSERT OR IGNORE INTO embeddings VALUES (2, 1, x'00'); "
            "UPDATE images SET size_bytes = 1");
    std::vector<float> vector(test::kDimension);
    vector[3] = bad;
    put_vector(vector);
    expect_repairable("vectors that are not of unit length", 1);
    EXPECT_TRUE(will_be_read_again(2));
  }
}

TEST_F(CheckTest, AReadyImageWithoutAVectorIsReadAgain) {
  damage("DELETE FROM embeddings WHERE image_id = 3");
  expect_repairable("ready images without any vector", 1);
  EXPECT_TRUE(will_be_read_again(3));
}

TEST_F(CheckTest, AnImageOfAnUnknownRootGoesToTheFolderAroundIt) {
  damage(
      "INSERT INTO roots(id, path, excludes, hidden_files, indexed_at_s) "
      "VALUES (4, '/photos', x'', 0, 0); UPDATE images SET root_id = 9 WHERE id = 1");
  expect_repairable("images of folders that are not in the library", 1);
  Connection connection(file_, Connection::Mode::read);
  EXPECT_EQ(Query(connection, "SELECT root_id FROM images WHERE id = 1").only_integer(), 4);
}

TEST_F(CheckTest, AChoiceOfAnUnknownModelFallsOnTheOneWithTheMostVectors) {
  damage("UPDATE properties SET value = '55' WHERE key = 'active_model'");
  expect_repairable("choices of a model that is not in the library", 1);
  EXPECT_EQ(Catalogue::open(file_, Access::read).active_model()->name, "m");
}

TEST_F(CheckTest, MissingIndexesAndViewsAreMadeAnew) {
  damage("DROP VIEW ClipItems; DROP INDEX images_by_path; DROP INDEX images_by_content");
  expect_repairable("missing indexes or views", 3);
}

TEST_F(CheckTest, OfTwoRowsOfOnePathTheReadyOneStays) {
  damage(
      "DROP INDEX images_by_path; INSERT INTO images(id, path, size_bytes, mtime_ns, width, "
      "height, "
      "state, indexed_at_ms) SELECT 100 + id, path, 1, 1, 1, 1, 2, 1 FROM images WHERE id <= 2");
  const std::vector<Finding> found = check_library(file_, true);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].what, "missing indexes or views");
  EXPECT_EQ(found[1].what, "rows of a path that has another row");
  EXPECT_EQ(found[1].count, 2u);
  EXPECT_THAT(check_library(file_, false), IsEmpty());
  EXPECT_EQ(Catalogue::open(file_, Access::read).counts().ready, 5u);
}

TEST_F(CheckTest, AnIndexThatContradictsItsTableIsComputedAnew) {
  // The index of contents is made to look like one over another column, so its entries are wrong.
  damage(
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
      "'CREATE INDEX images_by_content ON images(width)' WHERE name = 'images_by_content'");
  const std::vector<Finding> found = check_library(file_, true);
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(found[0].what, HasSubstr("faults in the structure of the file"));
  EXPECT_TRUE(found[0].repaired);
  EXPECT_THAT(check_library(file_, false), IsEmpty());
}

TEST_F(CheckTest, ADamagedPageIsReportedAndLeftAsItIs) {
  {
    Catalogue library = Catalogue::open(file_, Access::write);
    test::put_images(library, 1, 3000);
  }
  const std::uintmax_t size = std::filesystem::file_size(file_);
  {
    std::fstream stream(file_, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(size / 2 / 16384 * 16384));
    stream << std::string(16384, '\x5a');
  }
  for (const bool repair : {false, true}) {
    const std::vector<Finding> found = check_library(file_, repair);
    ASSERT_FALSE(found.empty());
    EXPECT_FALSE(found[0].repaired);
    EXPECT_THAT(found[0].remedy, HasSubstr("move it away and index the folders again"));
  }
  EXPECT_EQ(std::filesystem::file_size(file_), size);
}

}  // namespace
}  // namespace clipdex::store
