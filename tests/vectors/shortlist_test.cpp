#include "vectors/shortlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Shortlist, HoldsTheRowsThatSortingWouldPutFirst) {
  std::mt19937 random(51);
  for (const std::size_t rows : {0, 1, 9, 10, 11, 20, 21, 1000}) {
    for (const std::size_t k : {0, 1, 10, 600}) {
      // Few different scores, so that many are equal; two lists, one behind the other.
      std::vector<std::pair<float, std::size_t>> sorted;
      Shortlist best(k);
      Shortlist rest(k);
      for (std::size_t row = 0; row < rows; ++row) {
        const auto score = static_cast<float>(random() % 40);
        sorted.emplace_back(-score, row);
        (row < rows / 2 ? best : rest).offer(row, score);
      }
      best.merge(rest);
      std::ranges::sort(sorted);
      sorted.resize(std::min(k, rows));
      std::vector<std::size_t> expected;
      for (const auto& [score, row] : sorted) expected.push_back(row);
      std::ranges::sort(expected);
      EXPECT_EQ(best.take_rows(), expected) << "the " << k << " best of " << rows;
    }
  }
}

TEST(Shortlist, MergesInAnyOrder) {
  std::mt19937 random(52);
  for (int round = 0; round < 50; ++round) {
    Shortlist one(10);
    std::vector<Shortlist> parts(3, Shortlist(10));
    for (std::size_t row = 0; row < 300; ++row) {
      const auto score = static_cast<float>(random() % 7);
      one.offer(row, score);
      parts[row % 3].offer(row, score);
    }
    parts[2].merge(parts[0]);
    parts[2].merge(parts[1]);
    EXPECT_EQ(parts[2].take_rows(), one.take_rows());
  }
}

TEST(Shortlist, RefusesWhatIsNoNumberAndMinusInfinity) {
  Shortlist best(3);
  best.offer(0, std::numeric_limits<float>::quiet_NaN());
  best.offer(1, -std::numeric_limits<float>::infinity());
  best.offer(2, -1);
  best.offer(3, std::numeric_limits<float>::infinity());
  EXPECT_THAT(best.take_rows(), ElementsAre(2, 3));
  EXPECT_THAT(best.take_rows(), IsEmpty());
}

}  // namespace
}  // namespace clipdex::vectors
