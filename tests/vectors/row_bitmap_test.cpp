#include "vectors/row_bitmap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <utility>

#include "clipdex/error.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Rows = std::pair<std::size_t, std::size_t>;

std::vector<Rows> runs_of(const RowBitmap& rows) {
  std::vector<Rows> runs;
  for (std::size_t tile = 0; tile < rows.tiles(); ++tile) {
    rows.visit_runs(tile,
                    [&](std::size_t begin, std::size_t end) { runs.emplace_back(begin, end); });
  }
  return runs;
}

TEST(RowBitmap, HasEveryRowOnceWhenAllAreAdmitted) {
  for (const std::size_t size : {0, 1, 63, 64, 65, 255, 256, 257, 1000}) {
    const RowBitmap rows(std::vector<ImageId>(size), std::nullopt);
    EXPECT_EQ(rows.count(), size);
    std::size_t next = 0;
    for (const auto& [begin, end] : runs_of(rows)) {
      EXPECT_EQ(begin, next);
      EXPECT_EQ(end, std::min(begin + kRowsPerTile, size));
      next = end;
    }
    EXPECT_EQ(next, size);
  }
}

TEST(RowBitmap, JoinsNeighboursAndIgnoresStrangers) {
  const std::vector<ImageId> ids = {2, 4, 6, 8, 10};
  const std::vector<ImageId> admitted = {1, 2, 4, 5, 8, 99};
  const RowBitmap rows(ids, admitted);
  EXPECT_THAT(runs_of(rows), ElementsAre(Rows{0, 2}, Rows{3, 4}));
  EXPECT_EQ(rows.count(), 3U);
  EXPECT_THAT(runs_of(RowBitmap(ids, std::vector<ImageId>{})), IsEmpty());
  EXPECT_THAT(runs_of(RowBitmap({}, admitted)), IsEmpty());
  EXPECT_EQ(RowBitmap({}, admitted).count(), 0U);
}

TEST(RowBitmap, HasTheAdmittedRowsWhateverTheirDistance) {
  std::vector<ImageId> ids;
  for (ImageId i = 0; i < 3000; ++i) ids.push_back(2 * i);
  for (const std::size_t step : {1, 2, 3, 63, 64, 65, 255, 256, 257, 2999}) {
    std::vector<ImageId> admitted;
    std::vector<bool> expected(ids.size());
    for (std::size_t row = step / 2; row < ids.size(); row += step) {
      admitted.insert(admitted.end(), {ids[row], ids[row] + 1});  // The second is of no row.
      expected[row] = true;
    }
    const RowBitmap rows(ids, admitted);
    EXPECT_EQ(rows.count(), admitted.size() / 2);
    std::vector<bool> found(ids.size());
    for (const auto& [begin, end] : runs_of(rows)) {
      ASSERT_LT(begin, end);
      EXPECT_EQ(begin / kRowsPerTile, (end - 1) / kRowsPerTile) << "a run lies in one tile";
      for (std::size_t row = begin; row < end; ++row) found[row] = true;
    }
    EXPECT_EQ(found, expected) << "every " << step << "th row";
  }
}

TEST(RowBitmap, FindsTheAdmittedRowsOfIdsInAnyOrder) {
  std::mt19937 random(131);
  for (const ImageId spread : {1, 3, 1'000'000'007}) {  // The last ones lie too far apart for bits.
    std::vector<ImageId> ids;
    for (ImageId i = -500; i < 500; ++i) ids.push_back(spread * i);
    std::vector<ImageId> admitted;
    for (std::size_t i = 0; i < ids.size(); i += 7) {
      admitted.insert(admitted.end(), {ids[i] - 1, ids[i]});  // With a spread of 1, both are rows.
    }
    admitted.erase(std::unique(admitted.begin(), admitted.end()), admitted.end());
    std::ranges::shuffle(ids, random);
    const RowBitmap rows(ids, admitted, IdOrder::any);
    std::vector<bool> found(ids.size());
    for (const auto& [begin, end] : runs_of(rows)) {
      for (std::size_t row = begin; row < end; ++row) found[row] = true;
    }
    std::size_t count = 0;
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const bool wanted = std::ranges::binary_search(admitted, ids[row]);
      EXPECT_EQ(found[row], wanted) << "id " << ids[row];
      count += wanted ? 1U : 0U;
    }
    EXPECT_EQ(rows.count(), count);
    EXPECT_EQ(RowBitmap(ids, std::vector<ImageId>{}, IdOrder::any).count(), 0U);
    EXPECT_EQ(RowBitmap(ids, std::nullopt, IdOrder::any).count(), ids.size());
  }
}

TEST(RowBitmap, CopiesTheRowsOfAStretch) {
  const std::vector<ImageId> ids = [] {
    std::vector<ImageId> numbers(300);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }();
  std::vector<ImageId> admitted;
  for (const ImageId id : ids) {
    if (id % 3 != 0) admitted.push_back(id);
  }
  const RowBitmap from(ids, admitted);
  for (const auto& [begin, end] :
       {Rows{0, 0}, Rows{0, 300}, Rows{5, 6}, Rows{60, 70}, Rows{64, 128}, Rows{1, 299}}) {
    RowBitmap rows = RowBitmap::none_of(from);
    EXPECT_EQ(rows.count(), 0U);
    rows.copy_rows(from, begin, end);
    std::size_t count = 0;
    for (const auto& [first, last] : runs_of(rows)) {
      EXPECT_GE(first, begin);
      EXPECT_LE(last, end);
      for (std::size_t row = first; row < last; ++row) EXPECT_NE(row % 3, 0U);
      count += last - first;
    }
    EXPECT_EQ(rows.count(), count);
    std::size_t expected = 0;
    for (std::size_t row = begin; row < end; ++row) expected += row % 3 != 0 ? 1U : 0U;
    EXPECT_EQ(count, expected) << begin << " to " << end;
  }
}

TEST(RowBitmap, StaysInsideWhenTheIdsAreInDisorder) {
  const std::vector<ImageId> ids = {9, -4, 9, 7, 0, 1};
  const std::vector<ImageId> admitted = {-4, 0, 1, 7, 9};
  const RowBitmap rows(ids, admitted);
  std::size_t count = 0;
  for (const auto& [begin, end] : runs_of(rows)) {
    EXPECT_LT(begin, end);
    EXPECT_LE(end, ids.size());
    count += end - begin;
  }
  EXPECT_EQ(rows.count(), count);
}

TEST(RowBitmap, EveryTileIsWorkedOnOnce) {
  for (const std::size_t tiles : {0, 1, 5, 1000}) {
    for (const std::size_t workers : {1, 2, 3, 9}) {
      std::vector<std::atomic<int>> visits(tiles);
      std::atomic<unsigned> seen = 0;
      share_out(tiles, workers, [&](std::size_t worker, std::size_t begin, std::size_t end) {
        seen |= 1U << worker;
        for (std::size_t tile = begin; tile < end; ++tile) ++visits[tile];
      });
      EXPECT_EQ(seen, (1U << workers) - 1) << "every worker has its own number";
      for (const auto& count : visits) EXPECT_EQ(count, 1);
    }
  }
  EXPECT_EQ(worker_count(0), 1U);
}

TEST(RowBitmap, RefusesAQueryThatDoesNotFit) {
  const auto message_of = [](const std::vector<float>& query) -> std::string {
    try {
      check_query_vector(query, 2);
    } catch (const Exception& exception) {
      return exception.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(message_of({1, 2}), "nothing was thrown");
  EXPECT_EQ(message_of({1}), "the query's vector has 1 numbers, but those of the index have 2");
  EXPECT_EQ(message_of({1, 1 / 0.0F}), "the query's vector holds a number that is not finite");
}

}  // namespace
}  // namespace clipdex::vectors
