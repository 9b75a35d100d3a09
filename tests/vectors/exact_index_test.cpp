#include "vectors/exact_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <thread>

#include "clipdex/error.hpp"
#include "support/brute_force.hpp"
#include "support/random_vectors.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Ids with gaps, as a library has them after images were removed.
std::vector<ImageId> ids_for(std::size_t count) {
  std::vector<ImageId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(static_cast<ImageId>(3 * i + 2));
  return ids;
}

ExactIndex index_of(const std::vector<ImageId>& ids, const std::vector<Embedding>& vectors,
                    std::size_t dimension) {
  ExactIndex index(dimension);
  for (std::size_t i = 0; i < ids.size(); ++i) index.add(ids[i], vectors[i]);
  return index;
}

// Scores in float32 may swap neighbours that lie closer together than its rounding; ids must not
// repeat, and each score must be that of its id and of its rank.
void expect_same_ranking(const std::vector<Neighbour>& found,
                         const std::vector<test::Scored>& expected, std::size_t k) {
  ASSERT_EQ(found.size(), std::min(k, expected.size()));
  std::set<ImageId> seen;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(seen.insert(found[i].id).second) << "id " << found[i].id << " came twice";
    EXPECT_NEAR(found[i].score, expected[i].score, 1e-5) << "rank " << i;
    const auto same = std::find_if(expected.begin(), expected.end(),
                                   [&](const test::Scored& row) { return row.id == found[i].id; });
    ASSERT_NE(same, expected.end());
    EXPECT_NEAR(found[i].score, same->score, 1e-5) << "id " << found[i].id;
  }
}

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::invalid_argument);
    return exception.what();
  }
  return "nothing was thrown";
}

TEST(ExactIndex, RanksLikeBruteForceForEverySizeAndDimension) {
  for (const std::size_t dimension : {1, 3, 16, 255, 256, 512, 768}) {
    for (const std::size_t size : {0, 1, 9, 10, 11, 19, 20, 21, 255, 256, 257, 1000}) {
      SCOPED_TRACE("dimension " + std::to_string(dimension) + ", size " + std::to_string(size));
      const auto ids = ids_for(size);
      const auto vectors = test::random_unit_vectors(size, dimension, 11);
      const ExactIndex index = index_of(ids, vectors, dimension);
      const Embedding query = test::random_unit_vectors(1, dimension, 12)[0];
      const auto expected = test::brute_force(ids, vectors, query);
      EXPECT_EQ(index.size(), size);
      EXPECT_EQ(index.dimension(), dimension);
      for (const std::size_t k : {std::size_t{1}, std::size_t{10}, size, size + 1}) {
        expect_same_ranking(index.search(query, k, std::nullopt), expected, k);
      }
    }
  }
}

TEST(ExactIndex, FindsEveryRowByItselfExactlyOnce) {
  for (const std::size_t size : {1, 9, 10, 11, 19, 20, 21, 1000}) {
    const auto ids = ids_for(size);
    const auto vectors = test::random_unit_vectors(size, 64, 21);
    const ExactIndex index = index_of(ids, vectors, 64);
    for (std::size_t i = 0; i < size; ++i) {
      const auto found = index.search(vectors[i], 1, std::nullopt);
      ASSERT_THAT(found, SizeIs(1));
      EXPECT_EQ(found[0].id, ids[i]);
      EXPECT_NEAR(found[0].score, 1, 1e-5);
    }
    std::vector<ImageId> all;
    for (const Neighbour& row : index.search(vectors[0], size, std::nullopt)) all.push_back(row.id);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, ids);
  }
}

TEST(ExactIndex, GivesTheSameRankingOnEveryInstructionSet) {
  const auto ids = ids_for(1000);
  const auto vectors = test::random_whole_vectors(1000, 20, 31);
  const ExactIndex index = index_of(ids, vectors, 20);
  const auto queries = test::random_whole_vectors(10, 20, 32);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    for (const Embedding& query : queries) {
      const auto expected = test::brute_force(ids, vectors, query);
      const auto found = index.search(query, 1000, std::nullopt);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].id, expected[i].id) << "rank " << i;
        EXPECT_EQ(double{found[i].score}, expected[i].score) << "rank " << i;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ExactIndex, BreaksTiesByAscendingId) {
  ExactIndex index(2);
  for (const ImageId id : {2, 4, 6, 8}) index.add(id, Embedding{1, 0});
  index.add(9, Embedding{0, 1});
  EXPECT_THAT(index.search(Embedding{1, 0}, 3, std::nullopt),
              ElementsAre(Neighbour{2, 1}, Neighbour{4, 1}, Neighbour{6, 1}));
}

TEST(ExactIndex, FiltersBeforeItRanks) {
  const auto ids = ids_for(1000);
  const auto vectors = test::random_unit_vectors(1000, 32, 41);
  const ExactIndex index = index_of(ids, vectors, 32);
  for (const std::size_t step : {1, 2, 7, 400, 999}) {
    std::vector<ImageId> admitted;
    std::vector<Embedding> admitted_vectors;
    for (std::size_t i = 0; i < ids.size(); i += step) {
      admitted.push_back(ids[i]);
      admitted_vectors.push_back(vectors[i]);
    }
    const auto expected = test::brute_force(admitted, admitted_vectors, vectors[5]);
    for (const std::size_t k : {1, 10, 1000}) {
      expect_same_ranking(index.search(vectors[5], k, admitted), expected, k);
    }
    EXPECT_EQ(index.count(admitted), admitted.size());
  }
}

TEST(ExactIndex, IgnoresAdmittedIdsThatItDoesNotHold) {
  const ExactIndex index = index_of({10, 20, 30}, {{1}, {2}, {3}}, 1);
  const std::vector<ImageId> admitted = {1, 10, 11, 12, 25, 30, 31, 99};
  EXPECT_THAT(index.search(Embedding{1}, 9, admitted),
              ElementsAre(Neighbour{30, 3}, Neighbour{10, 1}));
  EXPECT_EQ(index.count(admitted), 2U);
  EXPECT_EQ(index.count(std::nullopt), 3U);
  const std::vector<ImageId> nobody = {1, 99};
  EXPECT_THAT(index.search(Embedding{1}, 9, nobody), IsEmpty());
  EXPECT_THAT(index.search(Embedding{1}, 9, std::vector<ImageId>{}), IsEmpty());
}

TEST(ExactIndex, GivesNothingWhenThereIsNothingToGive) {
  const ExactIndex empty(3);
  EXPECT_THAT(empty.search(Embedding{1, 0, 0}, 10, std::nullopt), IsEmpty());
  EXPECT_THAT(empty.search(Embedding{1, 0, 0}, 10, std::vector<ImageId>{1}), IsEmpty());
  EXPECT_EQ(empty.count(std::nullopt), 0U);
  const ExactIndex index = index_of({1}, {{1, 0, 0}}, 3);
  EXPECT_THAT(index.search(Embedding{1, 0, 0}, 0, std::nullopt), IsEmpty());
}

TEST(ExactIndex, NeverReturnsARowThatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float huge = std::numeric_limits<float>::max();
  const ExactIndex index = index_of({1, 2, 3, 4}, {{nan, 0}, {1, 0}, {huge, huge}, {0, 1}}, 2);
  EXPECT_THAT(index.search(Embedding{2, 2}, 4, std::nullopt),
              ElementsAre(Neighbour{2, 2}, Neighbour{4, 2}));
}

TEST(ExactIndex, SpreadsALargeSearchOverThreadsWithTheSameAnswer) {
  // 40,000 rows of 1 KiB are above what one worker reads alone.
  const auto ids = ids_for(40'000);
  const auto vectors = test::random_whole_vectors(40'000, 256, 51);
  ExactIndex index(256);
  index.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) index.add(ids[i], vectors[i]);
  const auto expected = test::brute_force(ids, vectors, vectors[777]);
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&] {
      const auto found = index.search(vectors[777], 500, std::nullopt);
      ASSERT_EQ(found.size(), 500U);
      for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].id, expected[i].id);
    });
  }
}

TEST(ExactIndex, ABatchHasTheAnswersOfItsSearchesInOrder) {
  const auto ids = ids_for(100);
  const auto vectors = test::random_unit_vectors(100, 16, 61);
  const ExactIndex index = index_of(ids, vectors, 16);
  const std::vector<ImageId> admitted(ids.begin() + 50, ids.end());
  const std::vector<Search> searches = {
      {vectors[3], 4, std::nullopt}, {vectors[3], 200, admitted}, {vectors[60], 1, admitted}};
  const auto answers = index.search_batch(searches);
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0], index.search(vectors[3], 4, std::nullopt));
  EXPECT_EQ(answers[1], index.search(vectors[3], 200, admitted));
  EXPECT_EQ(answers[2][0].id, ids[60]);
}

TEST(ExactIndex, RefusesWhatDoesNotFit) {
  EXPECT_THAT(message_of([] { ExactIndex index(0); }), HasSubstr("at least 1"));
  ExactIndex index(2);
  index.add(5, Embedding{1, 0});
  EXPECT_EQ(message_of([&] {
              index.add(6, Embedding{1, 0, 0});
            }),
            "the vector of image 6 has 3 numbers, but the index holds 2");
  EXPECT_EQ(message_of([&] {
              index.add(5, Embedding{1, 0});
            }),
            "image 5 was added after image 5; add images in ascending order of id");
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(message_of([&] { index.search(Embedding{1}, 1, std::nullopt); }),
            "the query's vector has 1 numbers, but those of the index have 2");
  const Embedding broken = {std::numeric_limits<float>::quiet_NaN(), 0};
  EXPECT_EQ(message_of([&] { index.search(broken, 1, std::nullopt); }),
            "the query's vector holds a number that is not finite");
}

}  // namespace
}  // namespace clipdex::vectors
