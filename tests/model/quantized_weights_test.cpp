#include "model/quantized_weights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace clipdex::model {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<float> random_matrix(std::size_t size) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> matrix(size);
  for (float& weight : matrix) weight = normal(random);
  return matrix;
}

QuantizedWeights quantised(std::span<const float> weights, std::size_t inputs, std::size_t outputs,
                           WeightOrder order = WeightOrder::inputs_by_outputs) {
  return quantise_weights(weights, inputs, outputs, order).value_or_throw();
}

TEST(QuantizedWeights, AWeightIsNoFurtherFromItsCodeThanHalfTheScale) {
  for (const auto& [inputs, outputs] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {4, 16}, {5, 17}, {63, 40}, {100, 3}}) {
    const std::vector<float> matrix = random_matrix(inputs * outputs);
    const QuantizedWeights weights = quantised(matrix, inputs, outputs);
    EXPECT_EQ(weights.codes.size(), (outputs + 15) / 16 * 16 * ((inputs + 3) / 4) * 4);
    for (std::size_t k = 0; k < inputs; ++k) {
      for (std::size_t n = 0; n < outputs; ++n) {
        const float scale = weights.scales[n];
        const int code = weights.codes[code_place(k, n, inputs)];
        EXPECT_NEAR(static_cast<float>(code) * scale, matrix[k * outputs + n], scale * 0.5001F);
      }
    }
  }
}

TEST(QuantizedWeights, LieInPanelsOf16OutputsAndGroupsOf4Inputs) {
  // One weight at a time, so that only its place in [n/16][k/4][n%16][k%4] is not 0.
  constexpr std::size_t kInputs = 6;
  constexpr std::size_t kOutputs = 18;
  for (std::size_t k = 0; k < kInputs; ++k) {
    for (std::size_t n = 0; n < kOutputs; ++n) {
      std::vector<float> matrix(kInputs * kOutputs);
      matrix[k * kOutputs + n] = -2;
      const QuantizedWeights weights = quantised(matrix, kInputs, kOutputs);
      std::vector<std::int8_t> expected(2 * 2 * 16 * 4);
      expected[((n / 16 * 2 + k / 4) * 16 + n % 16) * 4 + k % 4] = -127;
      EXPECT_EQ(weights.codes, expected) << "input " << k << ", output " << n;
      EXPECT_FLOAT_EQ(weights.scales[n], 2.0F / 127);
      EXPECT_EQ(weights.sums[n], -127);
    }
  }
}

TEST(QuantizedWeights, AreTheSameFromBothOrders) {
  constexpr std::size_t kInputs = 21;
  constexpr std::size_t kOutputs = 35;
  const std::vector<float> matrix = random_matrix(kInputs * kOutputs);
  std::vector<float> transposed(matrix.size());
  for (std::size_t k = 0; k < kInputs; ++k) {
    for (std::size_t n = 0; n < kOutputs; ++n)
      transposed[n * kInputs + k] = matrix[k * kOutputs + n];
  }
  const QuantizedWeights one = quantised(matrix, kInputs, kOutputs);
  const QuantizedWeights other =
      quantised(transposed, kInputs, kOutputs, WeightOrder::outputs_by_inputs);
  EXPECT_EQ(one.codes, other.codes);
  EXPECT_EQ(one.scales, other.scales);
  EXPECT_EQ(one.sums, other.sums);
  EXPECT_EQ(std::accumulate(one.sums.begin(), one.sums.end(), 0),
            std::accumulate(one.codes.begin(), one.codes.end(), 0));
}

TEST(QuantizedWeights, TheGreatestMagnitudeOfAnOutputBecomes127) {
  const QuantizedWeights weights = quantised(std::vector<float>{1, -8, -2, 4}, 2, 2);
  EXPECT_THAT(weights.scales, ElementsAre(2.0F / 127, 8.0F / 127));
  EXPECT_EQ(weights.codes[code_place(1, 0, 2)], -127);
  EXPECT_EQ(weights.codes[code_place(0, 1, 2)], -127);
  EXPECT_THAT(weights.sums, ElementsAre(64 - 127, 64 - 127));
}

TEST(QuantizedWeights, OfZerosAndOfTinyNumbersAreZeroAndHugeOnesHaveCodes) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const QuantizedWeights none = quantised(std::vector<float>{0, -0.0F, tiny, -tiny}, 2, 2);
  EXPECT_THAT(none.scales, Each(0));
  EXPECT_THAT(none.codes, Each(0));
  const float huge = std::numeric_limits<float>::max();
  const QuantizedWeights great = quantised(std::vector<float>{huge, -huge}, 2, 1);
  EXPECT_THAT(great.sums, ElementsAre(0));
  EXPECT_EQ(great.codes[0], 127);
}

TEST(QuantizedWeights, AnOutputWhoseScaleIsTheSmallestNormalFloatHasCodes) {
  const float small = std::numeric_limits<float>::min() * 128;
  const QuantizedWeights weights = quantised(std::vector<float>{small, -small}, 2, 1);
  EXPECT_EQ(weights.codes[0], 127);
  EXPECT_EQ(weights.codes[1], -127);
}

TEST(QuantizedWeights, SayWhichWeightIsNotFinite) {
  std::vector<float> matrix(6, 1.0F);
  matrix[4] = std::numeric_limits<float>::quiet_NaN();
  const auto by_outputs = quantise_weights(matrix, 2, 3, WeightOrder::inputs_by_outputs);
  ASSERT_FALSE(by_outputs);
  EXPECT_EQ(by_outputs.error().code, ErrorCode::corrupt);
  EXPECT_EQ(by_outputs.error().message,
            "the weight of input 1 and output 1 is not a finite number; download the model again");
  matrix[4] = -std::numeric_limits<float>::infinity();
  const auto by_inputs = quantise_weights(matrix, 2, 3, WeightOrder::outputs_by_inputs);
  ASSERT_FALSE(by_inputs);
  EXPECT_EQ(by_inputs.error().message,
            "the weight of input 0 and output 2 is not a finite number; download the model again");
}

TEST(QuantizedWeights, RefuseALayerWithoutInputsOrWithTooMany) {
  const auto none = quantise_weights({}, 0, 4, WeightOrder::inputs_by_outputs);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::unsupported);
  EXPECT_EQ(none.error().message,
            "a linear layer with 0 inputs and 4 outputs cannot be quantised; it must have outputs, "
            "and from 1 to 65536 inputs");
  EXPECT_FALSE(quantise_weights({}, kLinearInputsMax + 1, 0, WeightOrder::inputs_by_outputs));
}

}  // namespace
}  // namespace clipdex::model
