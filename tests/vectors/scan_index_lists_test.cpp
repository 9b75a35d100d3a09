// Searches that share a pass, and those of a snapshot in several lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "vectors/scan_index_scene.hpp"

namespace clipdex::vectors {
namespace {

using test::ManyRowsTest;
using ::testing::SizeIs;

TEST_F(ManyRowsTest, SearchesThatShareAPassAnswerAsEachAlone) {
  std::vector<ImageId> few;
  std::vector<ImageId> most;
  for (const ImageId id : test::ids_for(kRows)) {
    if (id % 5 != 0) most.push_back(id);
    if (id % 2000 < 10) few.push_back(id);
  }
  const std::vector<Embedding> queries = texts(24);
  std::vector<Search> searches;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    constexpr std::array<std::size_t, 4> kSizes = {10, 1, 300, 0};
    Search one{.query = queries[i], .k = kSizes[i % 4], .admitted = std::nullopt};
    if (i % 3 == 1) one.admitted = most;
    if (i % 6 == 2) one.admitted = few;
    searches.push_back(one);
  }
  searches.push_back({.query = queries[0], .k = kRows, .admitted = std::nullopt});
  searches.push_back({.query = queries[0], .k = 5, .admitted = std::span<const ImageId>{}});
  for (const FirstStage first : {FirstStage::signs, FirstStage::codes}) {
    const Pair pair = make_images(first);
    const auto answers = pair.scan.search_batch(searches);
    ASSERT_THAT(answers, SizeIs(searches.size()));
    for (std::size_t i = 0; i < searches.size(); ++i) {
      const Search& one = searches[i];
      EXPECT_EQ(answers[i], pair.scan.search(one.query, one.k, one.admitted)) << "search " << i;
    }
  }
}

TEST_F(ManyRowsTest, InListsItFindsTheBestOfTextsAndOfImages) {
  // Fewer numbers, so that there may be so many rows that the signs follow upon the lists; of
  // these one or two for each cluster of the vectors, as there are at a million.
  constexpr std::size_t kMany = 70'000;
  const clipdex::test::ClipLikeVectors of_256(256, 95);
  std::vector<Embedding> images;
  for (std::size_t i = 0; i < kMany; ++i) images.push_back(of_256.image(i));
  const Pair pair = make_in_lists(test::ids_for(kMany), images, 256, 1500,
                                  {.first = FirstStage::signs, .rows_without_lists_max = 50'000});
  std::vector<Embedding> queries;
  for (std::size_t i = 0; i < 100; ++i) queries.push_back(of_256.text_about(i * 699));
  EXPECT_GE(recall(pair, queries, 10), 0.99);
  EXPECT_GE(recall(pair, queries, 100), 0.98);
  const std::vector<Embedding> like(images.begin(), images.begin() + 30);
  EXPECT_GE(recall(pair, like, 10), 0.98);

  // What most filters leave is fewer than 50,000 rows: all lists are searched.
  std::vector<ImageId> half;
  for (const ImageId id : test::ids_for(kMany)) {
    if (id % 2 == 0) half.push_back(id);
  }
  EXPECT_GE(recall(pair, queries, 10, half), 0.99);
  std::vector<Search> searches;
  for (const Embedding& query : queries) searches.push_back({query, 10, std::nullopt});
  searches[3].admitted = half;
  const auto answers = pair.scan.search_batch(searches);
  for (std::size_t i = 0; i < searches.size(); ++i) {
    EXPECT_EQ(answers[i], pair.scan.search(queries[i], 10, searches[i].admitted));
  }
}

TEST_F(ManyRowsTest, InListsAFilterGetsItsKHoweverFarItsRowsLie) {
  std::vector<Embedding> images;
  for (std::size_t i = 0; i < kRows; ++i) images.push_back(space().image(i));
  const Pair pair = make_in_lists(test::ids_for(kRows), images, 512, 346,
                                  {.first = FirstStage::signs, .rows_without_lists_max = 1000});
  const Embedding query = texts(1)[0];
  std::vector<ImageId> worst;
  for (const Neighbour& row : pair.oracle.search(query, kRows, std::nullopt)) {
    worst.push_back(row.id);
  }
  for (const std::size_t count : {1, 10, 999, 1001, 5000}) {
    std::vector<ImageId> admitted(worst.end() - static_cast<std::ptrdiff_t>(count), worst.end());
    std::ranges::sort(admitted);
    EXPECT_EQ(pair.scan.count(admitted), count);
    for (const std::size_t k : {std::size_t{10}, count, kRows}) {
      const auto found = pair.scan.search(query, k, admitted);
      EXPECT_THAT(found, SizeIs(std::min(count, k))) << count << " rows, k " << k;
      for (const Neighbour& row : found) {
        EXPECT_TRUE(std::ranges::binary_search(admitted, row.id));
      }
      if (count > 1000) continue;
      EXPECT_EQ(found, pair.oracle.search(query, k, admitted));
    }
  }
}

}  // namespace
}  // namespace clipdex::vectors
