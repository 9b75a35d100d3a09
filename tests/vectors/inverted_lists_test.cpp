#include "vectors/inverted_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <numeric>

#include "support/random_vectors.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/snapshot_scene.hpp"

namespace clipdex::vectors {
namespace {

constexpr std::size_t kRows = 500;
constexpr std::size_t kLists = 9;
constexpr std::size_t kDimension = 24;

class InvertedListsTest : public ::testing::Test {
 protected:
  InvertedListsTest() {
    test::write_snapshot(path_, test::ids_for(kRows),
                         clipdex::test::random_unit_vectors(kRows, kDimension, 121), kDimension,
                         kLists);
  }
  Snapshot open() const { return Snapshot::open(path_).value_or_throw(); }
  static std::vector<bool> flags(const RowBitmap& rows) {
    std::vector<bool> admitted(kRows);
    for (std::size_t tile = 0; tile < rows.tiles(); ++tile) {
      rows.visit_runs(tile, [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) admitted[row] = true;
      });
    }
    return admitted;
  }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "v";
};

TEST_F(InvertedListsTest, EveryRowIsInOneList) {
  const Snapshot snapshot = open();
  const InvertedLists lists(snapshot);
  ASSERT_EQ(lists.count(), kLists);
  std::size_t row = 0;
  for (std::size_t list = 0; list < kLists; ++list) {
    EXPECT_EQ(lists.begin(list), row);
    for (; row < lists.end(list); ++row) EXPECT_EQ(lists.list_of(row), list);
  }
  EXPECT_EQ(row, kRows);
}

TEST_F(InvertedListsTest, ScoresAreDotProductsWithTheCentres) {
  const Snapshot snapshot = open();
  const Embedding query = clipdex::test::random_unit_vectors(1, kDimension, 122)[0];
  const auto scores = InvertedLists(snapshot).scores(query);
  ASSERT_EQ(scores.size(), kLists);
  for (std::size_t list = 0; list < kLists; ++list) {
    const auto centre = snapshot.centres().subspan(list * float_stride(kDimension), kDimension);
    EXPECT_NEAR(scores[list], std::inner_product(query.begin(), query.end(), centre.begin(), 0.0),
                1e-6);
  }
}

TEST_F(InvertedListsTest, TheBestListsAreTakenUntilTheyHoldEnoughAdmittedRows) {
  const Snapshot snapshot = open();
  const InvertedLists lists(snapshot);
  std::vector<ImageId> wanted;
  for (std::size_t i = 0; i < kRows; i += 3) wanted.push_back(test::ids_for(kRows)[i]);
  std::vector<float> scores(kLists);
  for (std::size_t list = 0; list < kLists; ++list)
    scores[list] = list == 4 ? 9 : -static_cast<float>(list);
  for (const Admitted& admitted : {Admitted(), Admitted(wanted)}) {
    const RowBitmap rows(snapshot.ids(), admitted, IdOrder::any);
    for (const std::size_t rows_min : {std::size_t{0}, std::size_t{1}, kRows / 9, kRows}) {
      std::vector<bool> expected(kRows);
      std::size_t count = 0;
      for (const std::size_t list : {4, 0, 1, 2, 3, 5, 6, 7, 8}) {
        if (count >= rows_min) break;
        for (std::size_t row = lists.begin(list); row < lists.end(list); ++row) {
          expected[row] = flags(rows)[row];
          count += expected[row] ? 1U : 0U;
        }
      }
      const RowBitmap best = lists.best(rows, scores, rows_min);
      EXPECT_EQ(flags(best), expected);
      EXPECT_EQ(best.count(), count);
    }
  }
}

TEST_F(InvertedListsTest, DamagedEndsNeverOverlapNorLeaveTheRows) {
  std::string bytes = test::read_all(path_);
  const auto at = snapshot_layout(kRows, kDimension, kLists).offsets[0];
  const std::vector<std::uint64_t> ends = {
      400, 3, std::numeric_limits<std::uint64_t>::max(), 0, 1, 2, 3, 4, 5};
  std::memcpy(bytes.data() + at, ends.data(), ends.size() * sizeof(ends[0]));
  test::overwrite(path_, bytes);
  const Snapshot snapshot = open();
  const InvertedLists lists(snapshot);
  for (std::size_t list = 0; list < kLists; ++list) {
    EXPECT_LE(lists.begin(list), lists.end(list));
    EXPECT_LE(lists.end(list), kRows);
  }
  EXPECT_EQ(lists.list_of(0), 0U);
  EXPECT_EQ(lists.end(kLists - 1), kRows);
  const RowBitmap all(snapshot.ids(), std::nullopt);
  const std::vector<float> scores(kLists, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(lists.best(all, scores, kRows).count(), kRows);
}

}  // namespace
}  // namespace clipdex::vectors
