#include "store/import_vectors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "store/check.hpp"
#include "store/rows.hpp"
#include "support/npy.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportVectors : public ::testing::Test {
 protected:
  void write(const std::vector<float>& numbers, std::size_t rows, std::string_view paths) const {
    clipdex::test::write_text(vectors_, clipdex::test::npy_of(numbers, rows));
    clipdex::test::write_text(paths_, paths);
  }

  Result<VectorSource> open() const { return VectorSource::open(vectors_, paths_); }

  ImportReport import(const ProgressCallback& progress = {}) {
    return open().value_or_throw().import_into(library_, model_, progress);
  }

  std::optional<KnownFile> find(const std::filesystem::path& path) {
    return library_.find_path(path.native(), model_);
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path folder_ = std::filesystem::canonical(directory_.path());
  const std::filesystem::path vectors_ = folder_ / "v.npy";
  const std::filesystem::path paths_ = folder_ / "paths.txt";
  Catalogue library_ = Catalogue::open(folder_ / "clip.db", Access::write);
  const ModelId model_ = library_.ensure_model(test::identity('a', 2), "m", "/m");
};

TEST_F(ImportVectors, RowsBecomeImagesWithUnitVectors) {
  write({3, 4, 0, -2}, 2, "/p/a.jpg\nb \xff.jpg\n");
  const ImportReport report = import();
  EXPECT_EQ(report.imported, 2U);
  EXPECT_EQ(report.model, model_);
  EXPECT_FALSE(report.stopped);
  EXPECT_THAT(report.refused, IsEmpty());
  EXPECT_TRUE(find("/p/a.jpg"));
  EXPECT_TRUE(find(folder_ / "b \xff.jpg"));
  const auto vectors = test::vectors_of(library_, model_);
  ASSERT_THAT(vectors, SizeIs(2));
  EXPECT_THAT(vectors[0].second, ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
  EXPECT_THAT(vectors[1].second, ElementsAre(0, -1));
  EXPECT_THAT(check_library(library_.file(), false), IsEmpty());
}

TEST_F(ImportVectors, TheLastLineNeedsNoEndAndWindowsEndsAreEnds) {
  write({1, 0, 0, 1}, 2, "/a.jpg\r\n/b.jpg");
  EXPECT_EQ(import().imported, 2U);
  EXPECT_TRUE(find("/a.jpg"));
  EXPECT_TRUE(find("/b.jpg"));
}

TEST_F(ImportVectors, DoingItAgainAddsNothing) {
  write({1, 0, 0, 1}, 2, "/a.jpg\n/b.jpg\n");
  import();
  const ImportReport again = import();
  EXPECT_EQ(again.imported, 0U);
  EXPECT_EQ(again.known, 2U);
}

TEST_F(ImportVectors, VectorsOfAnotherModelComeBesideThoseThatWereImportedBefore) {
  write({1, 0}, 1, "/a.jpg\n");
  import();
  const auto earlier = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(vectors_, earlier);
  const ModelId other = library_.ensure_model(test::identity('b', 2), "n", "/n");
  EXPECT_EQ(open().value_or_throw().import_into(library_, other, {}).imported, 1U);
  EXPECT_THAT(test::vectors_of(library_, model_), SizeIs(1));
  EXPECT_THAT(test::vectors_of(library_, other), SizeIs(1));
}

TEST_F(ImportVectors, TheNumbersOfVectorsAndLinesMustBeTheSame) {
  write({1, 0, 0, 1}, 2, "/a.jpg\n");
  const Result<VectorSource> source = open();
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(source.error().message,
              HasSubstr("v.npy holds 2 vectors, but " + paths_.native() + " has 1 lines"));
}

TEST_F(ImportVectors, AMissingFileIsNamed) {
  write({1, 0}, 1, "/a.jpg\n");
  std::filesystem::remove(paths_);
  EXPECT_THAT(open().error().message, HasSubstr(paths_.native()));
  std::filesystem::remove(vectors_);
  EXPECT_THAT(open().error().message, HasSubstr(vectors_.native()));
}

}  // namespace
}  // namespace clipdex::store
