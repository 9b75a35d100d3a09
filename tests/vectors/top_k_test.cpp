#include "vectors/top_k.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TopK, KeepsTheBestInWhateverOrderTheyCome) {
  TopK best(3);
  for (const float score : {0.1F, 0.9F, -0.5F, 0.4F, 0.7F}) {
    best.offer({static_cast<ImageId>(score * 10), score});
  }
  EXPECT_THAT(best.take_sorted(),
              ElementsAre(Neighbour{9, 0.9F}, Neighbour{7, 0.7F}, Neighbour{4, 0.4F}));
}

TEST(TopK, PrefersTheSmallerIdAmongEqualScores) {
  TopK best(2);
  for (const ImageId id : {5, 3, 8, 1}) best.offer({id, 0.5F});
  EXPECT_THAT(best.take_sorted(), ElementsAre(Neighbour{1, 0.5F}, Neighbour{3, 0.5F}));
}

TEST(TopK, HoldsNothingWhenNothingIsAskedFor) {
  TopK best(0);
  best.offer({1, 1});
  EXPECT_THAT(best.take_sorted(), IsEmpty());
}

TEST(TopK, LeavesOutScoresThatAreNotFinite) {
  TopK best(3);
  best.offer({1, std::numeric_limits<float>::quiet_NaN()});
  best.offer({2, std::numeric_limits<float>::infinity()});
  best.offer({3, -std::numeric_limits<float>::infinity()});
  best.offer({4, -2});
  EXPECT_THAT(best.take_sorted(), ElementsAre(Neighbour{4, -2}));
}

TEST(TopK, MergesAsIfAllHadBeenOfferedToOne) {
  TopK one(2);
  TopK other(2);
  one.offer({1, 0.1F});
  one.offer({2, 0.8F});
  other.offer({3, 0.8F});
  other.offer({4, 0.2F});
  one.merge(other);
  EXPECT_THAT(one.take_sorted(), ElementsAre(Neighbour{2, 0.8F}, Neighbour{3, 0.8F}));
}

}  // namespace
}  // namespace clipdex::vectors
