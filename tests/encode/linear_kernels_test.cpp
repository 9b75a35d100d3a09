#include "encode/linear_kernels.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <limits>
#include <vector>

#include "model/quantized_weights.hpp"

namespace clipdex::encode {
namespace {

constexpr std::size_t kInputs = 6;
constexpr std::size_t kOutputs = 40;

/// Calls `check` once for every instruction set that this machine has.
template <class Check>
void on_every_instruction_set(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

class LinearKernels : public ::testing::Test {
 protected:
  /// Every weight of output n is n + 1.
  LinearKernels() {
    std::vector<float> matrix(kInputs * kOutputs);
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      matrix[i] = static_cast<float>(i % kOutputs + 1);
    }
    weights_ =
        model::quantise_weights(matrix, kInputs, kOutputs, model::WeightOrder::inputs_by_outputs)
            .value_or_throw();
    layer_ = {.inputs = kInputs,
              .outputs = kOutputs,
              .codes = weights_.codes.data(),
              .scales = weights_.scales.data(),
              .sums = weights_.sums.data()};
  }

  model::QuantizedWeights weights_;
  LinearLayer layer_;
};

TEST_F(LinearKernels, ARowOfBytesIsFilledUpToWholeGroups) { EXPECT_EQ(row_bytes(layer_), 8U); }

TEST_F(LinearKernels, TheScaleOfARowIsItsGreatestMagnitudeDividedBy127) {
  on_every_instruction_set([&] {
    std::vector<std::uint8_t> codes(row_bytes(layer_));
    const std::vector<float> row{1, -254, 3, 4, 5, 6};
    EXPECT_FLOAT_EQ(quantise_linear_row(layer_, row.data(), codes.data()), 2);
    EXPECT_EQ(static_cast<std::uint8_t>(codes[1] - codes[6]), static_cast<std::uint8_t>(-127))
        << "the filling counts as zero";
    const std::vector<float> zeros(kInputs);
    EXPECT_EQ(quantise_linear_row(layer_, zeros.data(), codes.data()), 0);
    const std::vector<float> broken(kInputs, std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(quantise_linear_row(layer_, broken.data(), codes.data())));
  });
}

TEST_F(LinearKernels, OnlyTheColumnsOfTheGivenPanelsAreWritten) {
  on_every_instruction_set([&] {
    constexpr std::size_t kRows = 3;
    std::vector<std::uint8_t> codes(kRows * row_bytes(layer_));
    std::vector<float> scales(kRows);
    const std::vector<float> ones(kInputs, 1);
    for (std::size_t r = 0; r < kRows; ++r) {
      scales[r] = quantise_linear_row(layer_, ones.data(), codes.data() + r * row_bytes(layer_));
    }
    std::vector<float> y(kRows * kOutputs, -1);
    multiply_rows(layer_, codes.data(), scales.data(), kRows, 1, 3, nullptr, y.data());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t n = i % kOutputs;
      if (n < model::kPanelOutputs) {
        EXPECT_EQ(y[i], -1);
      } else {
        EXPECT_NEAR(y[i], static_cast<float>(kInputs * (n + 1)), 1e-3F);
      }
    }
  });
}

}  // namespace
}  // namespace clipdex::encode
