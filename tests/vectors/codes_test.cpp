#include "vectors/codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/random_vectors.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Codes, ARowIsNoFurtherFromItsCodesThanHalfTheScale) {
  for (const std::size_t dimension : {1, 3, 512, 1000}) {
    for (const Embedding& row : test::random_unit_vectors(20, dimension, 61)) {
      std::vector<std::int8_t> codes(dimension);
      const float scale = quantise_row(row, codes);
      for (std::size_t j = 0; j < dimension; ++j) {
        EXPECT_NEAR(row[j], static_cast<float>(codes[j]) * scale, scale * 0.5001F);
        EXPECT_GE(codes[j], -127);
      }
    }
  }
}

TEST(Codes, TheGreatestMagnitudeBecomes127) {
  std::vector<std::int8_t> codes(4, 5);
  EXPECT_FLOAT_EQ(quantise_row(std::vector<float>{-2, 1, 0}, codes), 2.0F / 127);
  EXPECT_THAT(codes, ElementsAre(-127, 64, 0, 5)) << "what lies behind the row is not its own";
}

TEST(Codes, ZerosAndTinyAndHugeNumbersHaveCodesToo) {
  std::vector<std::int8_t> codes(2, 1);
  EXPECT_EQ(quantise_row(std::vector<float>{0, -0.0F}, codes), 0);
  EXPECT_THAT(codes, Each(0));
  const float tiny = std::numeric_limits<float>::denorm_min();
  quantise_row(std::vector<float>{tiny, -tiny}, codes);
  EXPECT_THAT(codes, ElementsAre(127, -127));
  const float huge = std::numeric_limits<float>::max();
  quantise_row(std::vector<float>{huge, -huge}, codes);
  EXPECT_THAT(codes, ElementsAre(127, -127));
}

TEST(Codes, ARowThatIsNotFiniteHasNoFiniteScale) {
  for (const float broken :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<std::int8_t> codes(2, 1);
    EXPECT_FALSE(std::isfinite(quantise_row(std::vector<float>{1, broken}, codes)));
    EXPECT_THAT(codes, Each(0));
  }
}

TEST(Codes, AQueryIsPaddedWithZerosAndFiner) {
  std::vector<std::int16_t> codes(code_stride(3), 9);
  const float scale = quantise_query(std::vector<float>{0.5F, -1, 0}, codes);
  EXPECT_FLOAT_EQ(scale, 1.0F / 32'767);
  EXPECT_EQ(codes[1], -32'767);
  EXPECT_THAT(std::vector(codes.begin() + 3, codes.end()), Each(0));
}

TEST(Codes, SumsAreThoseOfTheScalarFormOnEveryInstructionSet) {
  std::mt19937 random(62);
  for (const std::size_t stride : {64, 128, 192, 512, 768, 1024}) {
    constexpr std::size_t kRows = 9;
    std::vector<std::int16_t> query(stride);
    std::vector<std::int8_t> rows(stride * kRows + 1);
    for (auto& x : query) x = static_cast<std::int16_t>(random() % 16'000);
    for (auto& x : rows) x = static_cast<std::int8_t>(random());
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      // From the second byte on, because rows need not be aligned.
      std::vector<std::int32_t> sums(kRows + 1, 77);
      code_dot_products(query.data(), rows.data() + 1, stride, kRows, sums.data());
      for (std::size_t i = 0; i < kRows; ++i) {
        std::int32_t expected = 0;
        for (std::size_t j = 0; j < stride; ++j) expected += query[j] * rows[1 + i * stride + j];
        EXPECT_EQ(sums[i], expected) << hwy::TargetName(target) << ", row " << i;
      }
      EXPECT_EQ(sums[kRows], 77) << "no more was written than asked for";
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Codes, NoRowsOfAnyBytesLetASumOverflow) {
  for (const std::size_t dimension : {std::size_t{1}, std::size_t{512}, kCodedDimensionMax}) {
    const std::size_t stride = code_stride(dimension);
    std::vector<std::int16_t> query(stride);
    quantise_query(std::vector<float>(dimension, -1), query);
    EXPECT_LT(query[0], 0) << "the query must not vanish";
    const std::vector<std::int8_t> row(stride, -128);
    std::int32_t sum = 0;
    code_dot_products(query.data(), row.data(), stride, 1, &sum);
    EXPECT_EQ(sum, static_cast<std::int64_t>(dimension) * 128 * -query[0]);
  }
}

}  // namespace
}  // namespace clipdex::vectors
