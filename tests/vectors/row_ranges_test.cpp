#include "vectors/row_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "clipdex/error.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RowRanges, CoverEveryRowOnceWhenAllAreAdmitted) {
  for (const std::size_t size : {0, 1, 255, 256, 257, 1000}) {
    const std::vector<ImageId> ids(size);
    std::size_t next = 0;
    for (const auto [begin, end] : admitted_ranges(ids, std::nullopt)) {
      EXPECT_EQ(begin, next);
      EXPECT_LE(end - begin, kRowsPerRange);
      next = end;
    }
    EXPECT_EQ(next, size);
  }
}

TEST(RowRanges, JoinNeighboursAndIgnoreStrangers) {
  const std::vector<ImageId> ids = {2, 4, 6, 8, 10};
  const std::vector<ImageId> admitted = {1, 2, 4, 5, 8, 99};
  EXPECT_THAT(admitted_ranges(ids, admitted), ElementsAre(RowRange{0, 2}, RowRange{3, 4}));
  EXPECT_THAT(admitted_ranges(ids, std::vector<ImageId>{}), IsEmpty());
  EXPECT_THAT(admitted_ranges({}, admitted), IsEmpty());
  EXPECT_EQ(row_count(admitted_ranges(ids, admitted)), 3U);
}

TEST(RowRanges, StayInsideWhenTheIdsAreInDisorder) {
  const std::vector<ImageId> ids = {9, -4, 9, 7, 0, 1};
  const std::vector<ImageId> admitted = {-4, 0, 1, 7, 9};
  for (const auto [begin, end] : admitted_ranges(ids, admitted)) {
    EXPECT_LT(begin, end);
    EXPECT_LE(end, ids.size());
  }
}

TEST(RowRanges, EveryShareIsWorkedOnOnce) {
  const std::vector<ImageId> ids(1000);
  const std::vector<RowRange> ranges = admitted_ranges(ids, std::nullopt);
  for (const std::size_t workers : {1, 2, 3, 9}) {
    std::atomic<std::size_t> rows = 0;
    share_out(ranges, workers, [&](std::size_t, auto share) { rows += row_count(share); });
    EXPECT_EQ(rows, ids.size());
  }
  EXPECT_EQ(worker_count(0), 1U);
}

TEST(RowRanges, RefuseAQueryThatDoesNotFit) {
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
