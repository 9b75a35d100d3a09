#include "vectors/signs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "support/random_vectors.hpp"
#include "vectors/rotation.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;

/// The rows of whole blocks, with the scales that `take_signs` gives; the last ones are zeros.
struct SignRows {
  explicit SignRows(const std::vector<Embedding>& rows, std::size_t size)
      : words(sign_words(size)),
        blocks(rows_in_blocks(rows.size()) * words),
        scales(rows_in_blocks(rows.size())) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t in_block = i % kRowsPerBlock;
      scales[i] = take_signs(rows[i], blocks.data() + (i - in_block) * words + in_block);
    }
  }
  std::vector<float> scored(const SignQuery& query) const {
    std::vector<float> scores(scales.size());
    query.score(blocks.data(), scales.data(), scales.size() / kRowsPerBlock, scores.data());
    return scores;
  }

  std::size_t words;
  std::vector<std::uint64_t> blocks;
  std::vector<float> scales;
};

TEST(Signs, ARowLeavesItsSignsInItsPlaceAndNothingElse) {
  Embedding row(128, 1);
  row[1] = -1;
  row[64] = -3;
  row[2] = -0.0F;
  std::vector<std::uint64_t> block(2 * kRowsPerBlock, 7);
  EXPECT_FLOAT_EQ(take_signs(row, block.data() + 3), (126.0F + 9) / 129);
  std::vector<std::uint64_t> expected(2 * kRowsPerBlock, 7);
  expected[3] = 2;
  expected[kRowsPerBlock + 3] = 1;
  EXPECT_THAT(block, ElementsAreArray(expected));
}

TEST(Signs, ZerosHaveAScaleOfZeroAndWhatIsNotFiniteHasNone) {
  std::vector<std::uint64_t> block(kRowsPerBlock);
  Embedding row(64, 0);
  EXPECT_EQ(take_signs(row, block.data()), 0);
  for (const float broken :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    row[63] = broken;
    EXPECT_TRUE(std::isnan(take_signs(row, block.data())));
  }
}

TEST(Signs, AQueryMeetsItsOwnSignsWithItsMagnitudes) {
  // 15 and -15 and odd numbers between them are what four bits hold, so nothing is rounded.
  Embedding query(64, 1);
  query[0] = 15;
  query[1] = -15;
  query[2] = -7;
  const SignRows rows({query, Embedding(64, 1), Embedding(64, -1)}, 64);
  const auto scores = rows.scored(SignQuery(query));
  const float magnitudes = 15 + 15 + 7 + 61;
  EXPECT_FLOAT_EQ(scores[0], rows.scales[0] * magnitudes);
  EXPECT_FLOAT_EQ(scores[1], 15 - 15 - 7 + 61);
  EXPECT_FLOAT_EQ(scores[2], -scores[1]);
  EXPECT_THAT(std::vector(scores.begin() + 3, scores.end()), Each(0)) << "rows that are none";
}

TEST(Signs, AQueryOfZerosScoresEveryRowZero) {
  const SignRows rows(clipdex::test::random_unit_vectors(8, 64, 31), 64);
  EXPECT_THAT(rows.scored(SignQuery(Embedding(64, 0))), Each(0));
}

TEST(Signs, ScoresAreThoseOfTheScalarFormOnEveryInstructionSet) {
  for (const std::size_t size : {64, 128, 192, 512, 768, 65'536}) {
    const std::size_t count = size > 1000 ? 3 : 45;
    const auto vectors = clipdex::test::random_unit_vectors(count, size, 32);
    const Embedding query = clipdex::test::random_unit_vectors(1, size, 33)[0];
    const SignRows rows(vectors, size);
    float max = 0;
    for (const float x : query) max = std::max(max, std::abs(x));
    std::vector<float> expected(rows.scales.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
      int sum = 0;
      for (std::size_t j = 0; j < size; ++j) {
        const double level = std::nearbyint(double{query[j]} * (15 / (2 * double{max})) + 7.5);
        const int number = 2 * static_cast<int>(level) - 15;
        sum += vectors[i][j] < 0 ? -number : number;
      }
      expected[i] = static_cast<float>(sum) * (rows.scales[i] * (max / 15));
    }
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      EXPECT_THAT(rows.scored(SignQuery(query)), ElementsAreArray(expected))
          << hwy::TargetName(target) << ", " << size << " numbers";
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(Signs, ScoresComeNearTheDotProducts) {
  const Rotation rotation(512, 1);
  auto rows = clipdex::test::random_unit_vectors(400, 512, 34);
  Embedding query = clipdex::test::random_unit_vectors(1, 512, 35)[0];
  std::vector<double> dots;
  for (Embedding& row : rows) {
    dots.push_back(std::inner_product(row.begin(), row.end(), query.begin(), 0.0));
    rotation.apply(row);
  }
  rotation.apply(query);
  const auto scores = SignRows(rows, 512).scored(SignQuery(query));
  double error = 0;
  double squares = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    error += scores[i] - dots[i];
    squares += (scores[i] - dots[i]) * (scores[i] - dots[i]);
  }
  // A sign keeps √(2/π) of a number, which makes the standard error √((π/2 - 1) / 512) = 0.033.
  EXPECT_LT(std::sqrt(squares / 400), 0.04);
  EXPECT_LT(std::abs(error / 400), 0.006) << "three standard errors of the mean";
}

}  // namespace
}  // namespace clipdex::vectors
