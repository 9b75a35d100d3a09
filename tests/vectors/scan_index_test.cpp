#include "vectors/scan_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <thread>

#include "support/random_vectors.hpp"
#include "vectors/scan_index_scene.hpp"

namespace clipdex::vectors {
namespace {

using test::ManyRowsTest;
using test::ScanIndexTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// As texts lie to images: a direction that all queries share and no row has, and around it a
/// little of a row each.
std::vector<Embedding> queries_apart(const std::vector<Embedding>& rows, std::size_t count) {
  auto queries = clipdex::test::random_unit_vectors(count, rows[0].size(), 82);
  const Embedding apart = clipdex::test::random_unit_vectors(1, rows[0].size(), 83)[0];
  for (std::size_t i = 0; i < count; ++i) {
    double squares = 0;
    for (std::size_t j = 0; j < apart.size(); ++j) {
      float& x = queries[i][j];
      x = 0.4F * x + apart[j] + 0.25F * rows[i * 37 % rows.size()][j];
      squares += double{x} * double{x};
    }
    for (float& x : queries[i]) x = static_cast<float>(double{x} / std::sqrt(squares));
  }
  return queries;
}

TEST_F(ScanIndexTest, AnswersLikeTheOracleForEverySizeAndDimension) {
  for (const std::size_t dimension : {1, 3, 16, 512, 768, 1000}) {
    for (const std::size_t size : {0, 1, 7, 8, 9, 63, 64, 65, 255, 256, 257, 700}) {
      SCOPED_TRACE(testing::Message() << size << " rows of " << dimension);
      const Pair pair = make(test::ids_for(size),
                             clipdex::test::random_unit_vectors(size, dimension, 81), dimension);
      EXPECT_EQ(pair.scan.size(), size);
      EXPECT_EQ(pair.scan.dimension(), dimension);
      EXPECT_EQ(pair.scan.count(std::nullopt), size);
      for (const Embedding& query : clipdex::test::random_unit_vectors(3, dimension, 84)) {
        for (const std::size_t k : {std::size_t{1}, std::size_t{10}, size, size + 1}) {
          // In one dimension all rows score the same, and 140 of 700 must be the first ones.
          EXPECT_EQ(pair.scan.search(query, k, std::nullopt),
                    pair.oracle.search(query, k, std::nullopt));
        }
      }
    }
  }
}

TEST_F(ScanIndexTest, FindsTheSameTenOfRandomRowsForQueriesThatLieApart) {
  const auto rows = clipdex::test::random_unit_vectors(6000, 512, 85);
  const Pair pair = make(test::ids_for(rows.size()), rows, 512);
  EXPECT_EQ(recall(pair, queries_apart(rows, 40), 10), 1);
  EXPECT_EQ(recall(pair, {rows.begin(), rows.begin() + 20}, 10), 1);
}

TEST_F(ScanIndexTest, FindsTheSameTenAmongCrowdedRows) {
  // 60 crowds of 100 rows that nearly coincide, as series of photos do.
  const auto centres = clipdex::test::random_unit_vectors(60, 512, 86);
  auto rows = clipdex::test::random_unit_vectors(6000, 512, 87);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double squares = 0;
    for (std::size_t j = 0; j < 512; ++j) {
      float& x = rows[i][j];
      x = 0.05F * x + centres[i % centres.size()][j];
      squares += double{x} * double{x};
    }
    for (float& x : rows[i]) x = static_cast<float>(double{x} / std::sqrt(squares));
  }
  const Pair pair = make(test::ids_for(rows.size()), rows, 512);
  EXPECT_GE(recall(pair, queries_apart(rows, 40), 10), 0.99);
  EXPECT_GE(recall(pair, {rows.begin(), rows.begin() + 20}, 10), 0.99);
}

TEST_F(ScanIndexTest, BreaksTiesByAscendingId) {
  const std::vector<Embedding> rows(1000, Embedding{0.6F, 0.8F});
  const Pair pair = make(test::ids_for(1000), rows, 2);
  const auto found = pair.scan.search(Embedding{1, 0}, 3, std::nullopt);
  EXPECT_THAT(found, ElementsAre(Neighbour{2, 0.6F}, Neighbour{5, 0.6F}, Neighbour{8, 0.6F}));
}

TEST_F(ScanIndexTest, FiltersBeforeItRanks) {
  const auto ids = test::ids_for(3000);
  const Pair pair = make(ids, clipdex::test::random_unit_vectors(3000, 64, 88), 64);
  const Embedding query = clipdex::test::random_unit_vectors(1, 64, 89)[0];
  for (const std::size_t step : {1, 2, 7, 400, 2999}) {
    std::vector<ImageId> admitted = {-1, 0, 1};  // These are of no row.
    for (std::size_t i = 0; i < ids.size(); i += step) admitted.push_back(ids[i]);
    for (const std::size_t k : {1, 10, 3000}) {
      EXPECT_EQ(pair.scan.search(query, k, admitted), pair.oracle.search(query, k, admitted))
          << "every " << step << "th row, k " << k;
    }
    EXPECT_EQ(pair.scan.count(admitted), admitted.size() - 3);
  }
  EXPECT_THAT(pair.scan.search(query, 10, std::vector<ImageId>{}), IsEmpty());
  EXPECT_THAT(pair.scan.search(query, 0, std::nullopt), IsEmpty());
}

TEST_F(ScanIndexTest, RowsOfZerosScoreZeroAndThoseThatAreNotNumbersNothing) {
  std::vector<Embedding> rows(1000, Embedding{0, 0});
  rows[3] = {-1, 0};
  rows[4] = {std::numeric_limits<float>::quiet_NaN(), 1};
  rows[5] = {std::numeric_limits<float>::infinity(), 0};
  rows[999] = {1, 0};
  const Pair pair = make(test::ids_for(1000), rows, 2);
  EXPECT_THAT(pair.scan.search(Embedding{1, 0}, 3, std::nullopt),
              ElementsAre(Neighbour{2999, 1}, Neighbour{2, 0}, Neighbour{5, 0}));
  EXPECT_THAT(pair.scan.search(Embedding{1, 0}, 1000, std::nullopt), SizeIs(998));
}

TEST_F(ScanIndexTest, AQueryOfZerosFindsTheFirstRows) {
  const Pair pair = make(test::ids_for(500), clipdex::test::random_unit_vectors(500, 8, 90), 8);
  const Embedding zero(8, 0);
  EXPECT_EQ(pair.scan.search(zero, 3, std::nullopt), pair.oracle.search(zero, 3, std::nullopt));
}

TEST_F(ScanIndexTest, RefusesAQueryThatDoesNotFit) {
  const Pair pair = make({1}, {{1, 0}}, 2);
  const auto message_of = [&](const Embedding& query) -> std::string {
    try {
      pair.scan.search(query, 1, std::nullopt);
    } catch (const Exception& exception) {
      EXPECT_EQ(exception.code(), ErrorCode::invalid_argument);
      return exception.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message_of({1}), HasSubstr("has 1 numbers, but those of the index have 2"));
  EXPECT_THAT(message_of({1, std::numeric_limits<float>::quiet_NaN()}), HasSubstr("not finite"));
}

TEST_F(ScanIndexTest, ABatchIsRefusedForOneQueryThatDoesNotFitAndMayBeEmpty) {
  const Pair pair = make({1}, {{1, 0}}, 2);
  EXPECT_THAT(pair.scan.search_batch(std::vector<Search>{}), IsEmpty());
  const Embedding good = {1, 0};
  const Embedding bad = {1};
  const std::vector<Search> searches = {{good, 1, std::nullopt}, {bad, 1, std::nullopt}};
  try {
    pair.scan.search_batch(searches);
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(exception.what(), HasSubstr("has 1 numbers, but those of the index have 2"));
  }
}

TEST_F(ScanIndexTest, SpreadsALargeSearchOverThreadsWithTheSameAnswer) {
  // 40,000 rows of 128 bytes of signs, or 1 KiB of codes, are above what one worker reads alone.
  auto rows = clipdex::test::random_whole_vectors(40'000, 1000, 91);
  for (std::size_t i = 1; i < 40; ++i) {  // Rows like the query, so that signs cannot miss them.
    Embedding& like = rows[i * 1000];
    for (std::size_t j = 0; j < like.size(); ++j) like[j] = j % 40 < i / 2 ? like[j] : rows[777][j];
  }
  for (const FirstStage first : {FirstStage::signs, FirstStage::codes}) {
    const Pair pair = make(test::ids_for(rows.size()), rows, 1000, first);
    const auto expected = pair.oracle.search(rows[777], 20, std::nullopt);
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back(
          [&] { EXPECT_EQ(pair.scan.search(rows[777], 20, std::nullopt), expected); });
    }
  }
}

TEST_F(ManyRowsTest, FindsTheBestOfTextsAndOfImages) {
  const Pair pair = make_images();
  EXPECT_GE(recall(pair, texts(80), 10), 0.99);
  EXPECT_GE(recall(pair, texts(20), 1), 0.99);
  EXPECT_GE(recall(pair, texts(20), 100), 0.99);
  EXPECT_GE(recall(pair, texts(5), 2000), 0.99) << "so many that the codes come first";
  std::vector<Embedding> images;
  for (std::size_t i = 0; i < 20; ++i) images.push_back(space().image(i * 1009));
  EXPECT_GE(recall(pair, images, 10), 0.99);
}

TEST_F(ManyRowsTest, FindsAllOfThemWhereTheCodesComeFirst) {
  EXPECT_EQ(recall(make_images(FirstStage::codes), texts(40), 10), 1);
}

TEST_F(ManyRowsTest, AFilterGetsItsOwnBestHoweverFewItAdmits) {
  const Pair pair = make_images();
  const auto ids = test::ids_for(kRows);
  const Embedding query = texts(1)[0];
  // The rows that the query likes least: without the filter, none of them would come near.
  std::vector<ImageId> worst;
  for (const Neighbour& row : pair.oracle.search(query, kRows, std::nullopt)) {
    worst.push_back(row.id);
  }
  for (const std::size_t count : {1, 10, 140, 19'000, 26'000}) {
    std::vector<ImageId> admitted(worst.end() - static_cast<std::ptrdiff_t>(count), worst.end());
    std::ranges::sort(admitted);
    EXPECT_EQ(pair.scan.count(admitted), count);
    const auto expected = pair.oracle.search(query, 10, admitted);
    const auto found = pair.scan.search(query, 10, admitted);
    ASSERT_THAT(found, SizeIs(std::min<std::size_t>(count, 10)));
    // Cut out of the middle of the crowd, hundreds of rows score alike to the fourth digit.
    const float tolerance = count <= 140 ? 0 : count <= 20'000 ? 0.0002F : 0.01F;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_TRUE(std::ranges::binary_search(admitted, found[i].id));
      EXPECT_NEAR(found[i].score, expected[i].score, tolerance) << i << " of " << count << " rows";
    }
  }
  for (const std::size_t left_out : {2, 3, 4, 1000}) {
    std::vector<ImageId> admitted;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (i % left_out != 0) admitted.push_back(ids[i]);
    }
    EXPECT_GE(recall(pair, texts(20), 10, admitted), 0.99) << "all but every " << left_out << "th";
  }
}

TEST_F(ManyRowsTest, BreaksTiesByAscendingIdWhateverTheStage) {
  const Pair same = make(test::ids_for(kRows), std::vector<Embedding>(kRows, {0.6F, 0.8F}), 2);
  EXPECT_THAT(same.scan.search(Embedding{1, 0}, 3, std::nullopt),
              ElementsAre(Neighbour{2, 0.6F}, Neighbour{5, 0.6F}, Neighbour{8, 0.6F}));
  const Pair pair = make(test::ids_for(kRows), clipdex::test::random_unit_vectors(kRows, 8, 94), 8);
  const Embedding zero(8, 0);
  EXPECT_EQ(pair.scan.search(zero, 30, std::nullopt), pair.oracle.search(zero, 30, std::nullopt));
}

TEST_F(ManyRowsTest, WhatIsNotFiniteIsNeverFound) {
  std::vector<Embedding> rows(kRows, {0, 0});
  rows[7] = {std::numeric_limits<float>::quiet_NaN(), 1};
  rows[8] = {std::numeric_limits<float>::infinity(), 0};
  rows[kRows - 1] = {1, 0};
  const Pair pair = make(test::ids_for(kRows), rows, 2);
  const auto found = pair.scan.search(Embedding{1, 0}, 10, std::nullopt);
  EXPECT_EQ(found, pair.oracle.search(Embedding{1, 0}, 10, std::nullopt));
  EXPECT_EQ(found[0], (Neighbour{static_cast<ImageId>(3 * kRows - 1), 1}));
}

TEST_F(ScanIndexTest, ReadsPlanesOfAnyContentWithoutHarm) {
  // Enough rows that the signs come first.
  constexpr std::size_t kMany = 21'000;
  make(test::ids_for(kMany), clipdex::test::random_unit_vectors(kMany, 8, 92), 8);
  std::string bytes = test::read_all(path_);
  for (std::size_t at = kSnapshotAlignment; at < bytes.size(); ++at) {
    bytes[at] = static_cast<char>(at * 2'654'435'761U >> 13);
  }
  test::overwrite(path_, bytes);
  const ScanIndex broken(Snapshot::open(path_).value_or_throw());
  const std::vector<ImageId> admitted = {1, 2, 3, 1'000'000};
  for (const std::size_t k : {std::size_t{1}, kMany}) {
    EXPECT_LE(broken.search(Embedding(8, 0.5F), k, std::nullopt).size(), k);
    EXPECT_LE(broken.search(Embedding(8, 0.5F), k, admitted).size(), k);
  }
}

}  // namespace
}  // namespace clipdex::vectors
