#include "vectors/passes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "support/random_vectors.hpp"
#include "vectors/codes.hpp"
#include "vectors/rotation.hpp"
#include "vectors/snapshot_scene.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::IsEmpty;

constexpr std::size_t kRows = 3001;  // No whole number of tiles, nor of blocks.
constexpr std::size_t kDimension = 100;

class PassesTest : public ::testing::Test {
 protected:
  PassesTest() {
    test::write_snapshot(path_, test::ids_for(kRows),
                         clipdex::test::random_unit_vectors(kRows, kDimension, 101), kDimension);
    snapshot_.emplace(Snapshot::open(path_).value_or_throw());
  }

  /// Of the rows that come one after the other, as `wanted` says, the best, ascending.
  static RowNumbers best_of(const std::vector<float>& scores, const RowNumbers& wanted,
                            std::size_t kept) {
    RowNumbers rows = wanted;
    std::ranges::sort(rows, [&](std::size_t a, std::size_t b) {
      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    rows.resize(std::min(kept, rows.size()));
    std::ranges::sort(rows);
    return rows;
  }
  static RowNumbers every(std::size_t step) {
    RowNumbers rows;
    for (std::size_t row = 0; row < kRows; row += step) rows.push_back(row);
    return rows;
  }
  RowBitmap bitmap_of(const RowNumbers& rows) const {
    std::vector<ImageId> admitted;
    for (const std::size_t row : rows) admitted.push_back(snapshot().ids()[row]);
    return {snapshot().ids(), admitted};
  }
  const Snapshot& snapshot() const { return *snapshot_; }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "v";
  std::optional<Snapshot> snapshot_;
  const std::vector<Embedding> queries_ = clipdex::test::random_unit_vectors(5, kDimension, 102);
};

TEST_F(PassesTest, TheSignsKeepWhatScoresBestForEveryTask) {
  const InvertedLists lists(snapshot());
  const Rotation rotation(kDimension, snapshot().rotation_seed());
  std::vector<SignTask> tasks;
  std::vector<RowBitmap> bitmaps;
  std::vector<RowNumbers> expected;
  bitmaps.reserve(queries_.size());
  for (std::size_t i = 0; i < queries_.size(); ++i) {
    Embedding rotated = queries_[i];
    rotated.resize(rotation.size());
    rotation.apply(rotated);
    const RowNumbers wanted = every(1 + 3 * i);
    bitmaps.push_back(bitmap_of(wanted));
    tasks.push_back({SignQuery(rotated), lists.scores(queries_[i]), &bitmaps.back(), 40 * i + 1});
    std::vector<float> scores(rows_in_blocks(kRows));
    tasks.back().query.score(snapshot().signs().data(), snapshot().sign_scales().data(),
                             scores.size() / kRowsPerBlock, scores.data());
    for (std::size_t row = 0; row < kRows; ++row) {
      scores[row] += tasks.back().list_scores[lists.list_of(row)];
    }
    expected.push_back(best_of(scores, wanted, tasks.back().kept));
  }
  EXPECT_EQ(best_by_signs(snapshot(), lists, tasks), expected);
  EXPECT_THAT(best_by_signs(snapshot(), lists, {}), IsEmpty());
}

TEST_F(PassesTest, TheCodesKeepWhatScoresBestWhetherRowsAreManyOrApart) {
  std::vector<CodeTask> tasks;
  std::vector<RowBitmap> bitmaps;
  std::vector<RowNumbers> expected;
  bitmaps.reserve(queries_.size());
  for (std::size_t i = 0; i < queries_.size(); ++i) {
    const RowNumbers wanted = every(1 + 3 * i);
    bitmaps.push_back(bitmap_of(wanted));
    CodeTask task{.query = queries_[i], .rows = nullptr, .rows_apart = {}, .kept = 40 * i + 1};
    if (i % 2 == 0) {
      task.rows = &bitmaps.back();
    } else {
      task.rows_apart = wanted;
    }
    tasks.push_back(task);
    std::vector<std::int16_t> codes(code_stride(kDimension));
    const float scale = quantise_query(queries_[i], codes);
    std::vector<float> scores;
    for (std::size_t row = 0; row < kRows; ++row) {
      const auto of_row = snapshot().codes().subspan(row * codes.size(), codes.size());
      const int sum = std::inner_product(codes.begin(), codes.end(), of_row.begin(), 0);
      scores.push_back(snapshot().scales()[row] * scale * static_cast<float>(sum));
    }
    expected.push_back(best_of(scores, wanted, task.kept));
  }
  EXPECT_EQ(best_by_codes(snapshot(), tasks), expected);
  EXPECT_THAT(best_by_codes(snapshot(), {}), IsEmpty());
}

}  // namespace
}  // namespace clipdex::vectors
