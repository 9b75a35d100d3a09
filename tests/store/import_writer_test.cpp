#include "store/import_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/check.hpp"
#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr std::int64_t kMadeAtMs = 1'700'000'000'000;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

class ImportWriterTest : public ::testing::Test {
 protected:
  ImportWriter writer(std::uint64_t total = 0, const ProgressCallback& progress = kNoProgress) {
    return {library_, model_, folder_, total, progress};
  }

  static void add(ImportWriter& writer, std::string_view path, std::vector<float> vector = {1, 0}) {
    writer.add(path, kMadeAtMs, vector);
  }

  bool has_vector(const std::filesystem::path& path) {
    const std::optional<KnownFile> known = library_.find_path(path.native(), model_);
    return known && known->has_vector;
  }

  static inline const ProgressCallback kNoProgress;
  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path folder_ = std::filesystem::canonical(directory_.path());
  Catalogue library_ = Catalogue::open(folder_ / "clip.db", Access::write);
  const ModelId model_ = library_.ensure_model(test::identity('a', 2), "m", "/m");
};

TEST_F(ImportWriterTest, OddRowsAreRefusedEachWithItsReason) {
  ImportWriter writer = this->writer();
  add(writer, "");
  add(writer, "https://host/a.jpg");
  add(writer, std::string_view("/a\0.jpg", 7));
  add(writer, "/none.jpg", {});
  add(writer, "/zero.jpg", {0, 0});
  writer.refuse("a reason of the reader's");
  add(writer, "/good.jpg");
  const ImportReport report = writer.finish();
  EXPECT_EQ(report.imported, 1U);
  EXPECT_THAT(
      report.refused,
      ElementsAre(Pair("a reason of the reader's", 1U), Pair("it has no path", 1U),
                  Pair("it has no vector", 1U), Pair("its path holds a zero byte", 1U),
                  Pair("its url is not a path", 1U),
                  Pair("its vector has no direction (zero, infinite or not a number)", 1U)));
  EXPECT_TRUE(has_vector("/good.jpg"));
  EXPECT_THAT(check_library(library_.file(), false), IsEmpty());
}

TEST_F(ImportWriterTest, APathIsTheOneThatAScanOfItsFolderWouldFind) {
  std::filesystem::create_directory(folder_ / "real");
  std::filesystem::create_directory_symlink(folder_ / "real", folder_ / "link");
  ImportWriter writer = this->writer();
  add(writer, "link/./a.jpg");
  EXPECT_EQ(writer.finish().imported, 1U);
  EXPECT_TRUE(has_vector(folder_ / "real" / "a.jpg"));
}

TEST_F(ImportWriterTest, AFileThatChangedAfterItsVectorWasMadeIsRefused) {
  ImageRecord older = test::record("/older.jpg");
  older.mtime_ns = (kMadeAtMs - 1) * kNanosecondsPerMillisecond;
  ImageRecord newer = test::record("/newer.jpg");
  newer.mtime_ns = (kMadeAtMs + 1) * kNanosecondsPerMillisecond;
  library_.put_image(older);
  library_.put_image(newer);
  ImportWriter writer = this->writer();
  add(writer, "/older.jpg");
  add(writer, "/newer.jpg");
  const ImportReport report = writer.finish();
  EXPECT_EQ(report.imported, 1U);
  EXPECT_THAT(report.refused,
              ElementsAre(Pair("its file was changed after its vector was made", 1U)));
  EXPECT_TRUE(has_vector("/older.jpg"));
}

TEST_F(ImportWriterTest, ItStopsWhenItIsToldToAndKeepsWhatIsDone) {
  constexpr std::uint64_t kRows = 10'000;
  std::vector<Progress> seen;
  const ProgressCallback stop = [&](const Progress& progress) {
    seen.push_back(progress);
    return ProgressReply::stop;
  };
  ImportWriter writer = this->writer(kRows, stop);
  std::uint64_t added = 0;
  for (; added < kRows && !writer.stopped(); ++added) {
    add(writer, "/p/" + std::to_string(added) + ".jpg");
  }
  const ImportReport report = writer.finish();
  EXPECT_TRUE(report.stopped);
  EXPECT_LT(added, kRows);
  EXPECT_EQ(report.imported, added);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].done, added);
  EXPECT_EQ(seen[0].total, kRows);
  EXPECT_TRUE(seen[0].total_is_final);
  EXPECT_EQ(library_.counts().ready, added);
}

TEST_F(ImportWriterTest, WithoutFinishTheLastTransactionIsRolledBack) {
  {
    ImportWriter writer = this->writer();
    add(writer, "/a.jpg");
  }
  EXPECT_EQ(library_.counts().ready, 0U);
}

}  // namespace
}  // namespace clipdex::store
