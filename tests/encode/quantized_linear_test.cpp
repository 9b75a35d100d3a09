#include "encode/quantized_linear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "model/quantized_weights.hpp"

namespace clipdex::encode {
namespace {

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

std::vector<float> random_floats(std::size_t count, std::uint32_t seed, float spread = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> floats(count);
  for (float& x : floats) x = normal(random);
  return floats;
}

/// A layer that owns its arrays.
struct Layer {
  Layer(std::size_t inputs, std::size_t outputs)
      : weights(model::quantise_weights(random_floats(inputs * outputs, 1), inputs, outputs,
                                        model::WeightOrder::inputs_by_outputs)
                    .value_or_throw()),
        bias(random_floats(outputs, 2)),
        gamma(random_floats(inputs, 3)),
        beta(random_floats(inputs, 4)) {
    layer = {.inputs = inputs,
             .outputs = outputs,
             .codes = weights.codes.data(),
             .scales = weights.scales.data(),
             .sums = weights.sums.data()};
  }

  Layer& with_bias() { return layer.bias = bias.data(), *this; }
  Layer& with_norm() { return layer.gamma = gamma.data(), layer.beta = beta.data(), *this; }
  Layer& with(Activation activation) { return layer.activation = activation, *this; }

  std::vector<float> operator()(const std::vector<float>& x,
                                const float* residual = nullptr) const {
    const std::size_t rows = x.size() / layer.inputs;
    std::vector<float> y(rows * layer.outputs + 1, 77);
    quantized_linear(layer, x.data(), rows, residual, y.data());
    EXPECT_EQ(y.back(), 77) << "no more is written than the rows";
    y.pop_back();
    return y;
  }

  double weight(std::size_t input, std::size_t output) const {
    return double{weights.scales[output]} *
           weights.codes[model::code_place(input, output, layer.inputs)];
  }

  model::QuantizedWeights weights;
  std::vector<float> bias;
  std::vector<float> gamma;
  std::vector<float> beta;
  LinearLayer layer;
};

double activated(double x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::gelu:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_tanh:
      return x * 0.5 *
             (1 + std::tanh(std::sqrt(2 / 3.14159265358979) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
  }
  return x;
}

/// The layer for one row in double precision, its activations quantised, and how far a result may
/// be from it: one more or less of a code, where rounding was a near thing after normalisation.
struct Oracle {
  std::vector<double> values;
  std::vector<double> tolerances;
};

Oracle oracle_of(const Layer& layer, std::vector<double> row) {
  const std::size_t inputs = layer.layer.inputs;
  if (layer.layer.gamma != nullptr) {
    double mean = 0;
    for (const double x : row) mean += x / static_cast<double>(inputs);
    double variance = 0;
    for (const double x : row) variance += (x - mean) * (x - mean) / static_cast<double>(inputs);
    for (std::size_t k = 0; k < inputs; ++k) {
      row[k] = (row[k] - mean) / std::sqrt(variance + double{layer.layer.epsilon}) *
                   double{layer.gamma[k]} +
               double{layer.beta[k]};
    }
  }
  double max = 0;
  for (const double x : row) max = std::max(max, std::abs(x));
  const double scale = max / 127;
  Oracle oracle;
  for (std::size_t n = 0; n < layer.layer.outputs; ++n) {
    double sum = 0;
    double doubt = 0;
    double magnitudes = 0;
    for (std::size_t k = 0; k < inputs; ++k) {
      const double code = scale > 0 ? row[k] / scale : 0;
      sum += std::nearbyint(code) * layer.weight(k, n);
      magnitudes += std::abs(std::nearbyint(code) * layer.weight(k, n));
      const double to_half = std::abs(std::abs(code - std::trunc(code)) - 0.5);
      if (to_half < 1e-4) doubt += std::abs(layer.weight(k, n));
    }
    const double bias = layer.layer.bias != nullptr ? double{layer.bias[n]} : 0;
    oracle.values.push_back(activated(sum * scale + bias, layer.layer.activation));
    oracle.tolerances.push_back(1.2 * doubt * scale + 1e-6 * (magnitudes * scale + 1));
  }
  return oracle;
}

void expect_near_the_oracle(const Layer& layer, const std::vector<float>& x) {
  const std::vector<float> y = layer(x);
  for (std::size_t r = 0; r < x.size() / layer.layer.inputs; ++r) {
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(r * layer.layer.inputs);
    const auto end = begin + static_cast<std::ptrdiff_t>(layer.layer.inputs);
    const Oracle oracle = oracle_of(layer, std::vector<double>(begin, end));
    for (std::size_t n = 0; n < layer.layer.outputs; ++n) {
      ASSERT_NEAR(double{y[r * layer.layer.outputs + n]}, oracle.values[n], oracle.tolerances[n])
          << "row " << r << ", output " << n << " of a layer of " << layer.layer.inputs
          << " inputs";
    }
  }
}

struct Size {
  std::size_t rows, inputs, outputs;
};
constexpr Size kSizes[] = {{1, 1, 1},     {3, 4, 16},   {1, 64, 100},  {2, 7, 33},   {5, 65, 48},
                           {14, 128, 32}, {15, 30, 31}, {29, 130, 64}, {50, 96, 80}, {7, 257, 130}};

TEST(QuantizedLinear, IsNearTheOracleForEverySize) {
  on_every_instruction_set([] {
    for (const Size& size : kSizes) {
      Layer layer(size.inputs, size.outputs);
      expect_near_the_oracle(layer.with_bias(), random_floats(size.rows * size.inputs, 9, 3));
    }
  });
}

TEST(QuantizedLinear, NormalisesRowsFirst) {
  on_every_instruction_set([] {
    for (const Size& size : kSizes) {
      if (size.inputs == 1) continue;  // Nothing is left of a row of one number.
      Layer layer(size.inputs, size.outputs);
      expect_near_the_oracle(layer.with_norm(), random_floats(size.rows * size.inputs, 9, 3));
    }
  });
}

TEST(QuantizedLinear, AppliesEveryActivation) {
  on_every_instruction_set([] {
    for (const Activation activation :
         {Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu}) {
      for (const float spread : {0.01F, 0.3F, 30.0F}) {
        Layer layer(19, 37);
        expect_near_the_oracle(layer.with(activation), random_floats(20 * 19, 11, spread));
      }
    }
  });
}

TEST(QuantizedLinear, SumsAreExactIntegersOnEveryInstructionSet) {
  // Rows whose greatest magnitude is 127 have a scale of 1, and so do the weights here; the
  // numbers after it are then the sums themselves.
  std::mt19937 random(3);
  for (const Size& size : kSizes) {
    std::vector<float> matrix(size.inputs * size.outputs);
    for (float& weight : matrix) weight = static_cast<float>(random() % 255) - 127;
    for (std::size_t n = 0; n < size.outputs; ++n) matrix[n] = 127;
    const model::QuantizedWeights weights =
        model::quantise_weights(matrix, size.inputs, size.outputs,
                                model::WeightOrder::inputs_by_outputs)
            .value_or_throw();
    const LinearLayer layer{.inputs = size.inputs,
                            .outputs = size.outputs,
                            .codes = weights.codes.data(),
                            .scales = weights.scales.data(),
                            .sums = weights.sums.data()};
    std::vector<float> x(size.rows * size.inputs);
    for (float& number : x) number = static_cast<float>(random() % 255) - 127;
    for (std::size_t r = 0; r < size.rows; ++r) x[r * size.inputs] = -127;
    std::vector<float> expected;
    for (std::size_t r = 0; r < size.rows; ++r) {
      for (std::size_t n = 0; n < size.outputs; ++n) {
        float sum = 0;
        for (std::size_t k = 0; k < size.inputs; ++k) {
          sum += x[r * size.inputs + k] * matrix[k * size.outputs + n];
        }
        expected.push_back(sum);
      }
    }
    on_every_instruction_set([&] {
      std::vector<float> y(expected.size());
      quantized_linear(layer, x.data(), size.rows, nullptr, y.data());
      EXPECT_EQ(y, expected) << size.rows << " rows of " << size.inputs;
    });
  }
}

TEST(QuantizedLinear, SumsOfTheLongestRowsOfTheGreatestCodesFit) {
  const std::size_t inputs = model::kLinearInputsMax;
  const std::vector<float> matrix(inputs, -1);
  const model::QuantizedWeights weights =
      model::quantise_weights(matrix, inputs, 1, model::WeightOrder::inputs_by_outputs)
          .value_or_throw();
  const LinearLayer layer{.inputs = inputs,
                          .outputs = 1,
                          .codes = weights.codes.data(),
                          .scales = weights.scales.data(),
                          .sums = weights.sums.data()};
  on_every_instruction_set([&] {
    for (const float sign : {1.0F, -1.0F}) {
      const std::vector<float> x(inputs, sign);
      float y = 0;
      quantized_linear(layer, x.data(), 1, nullptr, &y);
      EXPECT_NEAR(y, -sign * static_cast<float>(inputs), 0.1F);
    }
  });
}

TEST(QuantizedLinear, AddsTheResidualAfterTheActivation) {
  on_every_instruction_set([] {
    Layer layer(24, 40);
    layer.with(Activation::quick_gelu);
    const std::vector<float> x = random_floats(6 * 24, 12);
    const std::vector<float> residual = random_floats(6 * 40, 13);
    const std::vector<float> plain = layer(x);
    const std::vector<float> sum = layer(x, residual.data());
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(sum[i], plain[i] + residual[i]);
    std::vector<float> in_place = residual;
    quantized_linear(layer.layer, x.data(), 6, in_place.data(), in_place.data());
    EXPECT_EQ(in_place, sum);
  });
}

TEST(QuantizedLinear, ARowDoesNotDependOnItsNeighbours) {
  on_every_instruction_set([] {
    Layer layer(70, 50);
    layer.with_bias().with_norm().with(Activation::gelu);
    std::vector<float> x = random_floats(61 * 70, 14);
    std::fill_n(x.begin() + 70, 70, 1e30F);  // A huge neighbour.
    const std::vector<float> together = layer(x);
    for (std::size_t r = 0; r < 61; ++r) {
      const auto begin = x.begin() + static_cast<std::ptrdiff_t>(r * 70);
      const std::vector<float> alone = layer(std::vector<float>(begin, begin + 70));
      EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + r * 50)) << "row " << r;
    }
  });
}

TEST(QuantizedLinear, RowsOfZerosAndOfTinyNumbersGiveTheBias) {
  on_every_instruction_set([] {
    Layer layer(33, 20);
    layer.with_bias();
    std::vector<float> x(2 * 33);
    std::fill_n(x.begin() + 33, 33, std::numeric_limits<float>::denorm_min());
    const std::vector<float> y = layer(x);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(y[i], layer.bias[i % 20]);
  });
}

TEST(QuantizedLinear, AHugeOutlierCostsTheOthersTheirPrecisionAndNothingElse) {
  on_every_instruction_set([] {
    const Layer layer(48, 48);
    std::vector<float> x = random_floats(2 * 48, 15);
    x[5] = 1e20F;
    x[48 + 7] = -std::numeric_limits<float>::max() / 1e3F;
    expect_near_the_oracle(layer, x);
  });
}

TEST(QuantizedLinear, ARowThatIsNotFiniteGivesNotANumber) {
  on_every_instruction_set([] {
    for (const float broken :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
          -std::numeric_limits<float>::infinity()}) {
      for (const bool normalised : {false, true}) {
        Layer layer(40, 21);
        if (normalised) layer.with_norm();
        std::vector<float> x = random_floats(3 * 40, 16);
        x[40 + 39] = broken;
        const std::vector<float> y = layer.with(Activation::gelu)(x);
        for (std::size_t i = 0; i < y.size(); ++i) {
          EXPECT_EQ(std::isnan(y[i]), i / 21 == 1) << "row " << i / 21;
        }
      }
    }
  });
}

TEST(QuantizedLinear, NoRowsGiveNothing) { EXPECT_TRUE(Layer(8, 8)({}).empty()); }

TEST(QuantizedLinear, GivesTheSameInPartsOnManyThreads) {
  Layer layer(512, 1000);
  layer.with_norm().with(Activation::gelu);
  const std::vector<float> x = random_floats(300 * 512, 17);
  const std::vector<float> expected = layer(x);
  std::vector<float> y(expected.size());
  std::size_t parts_seen = 0;
  quantized_linear(layer.layer, x.data(), 300, nullptr, y.data(),
                   [&](std::size_t parts, const std::function<void(std::size_t)>& part) {
                     parts_seen = std::max(parts_seen, parts);
                     std::vector<std::jthread> threads;
                     for (std::size_t i = 0; i < parts; ++i) threads.emplace_back(part, i);
                   });
  EXPECT_EQ(y, expected);
  EXPECT_GT(parts_seen, 1U) << "work of this size must be split";
}

TEST(QuantizedLinear, KnowsItsActivationsByName) {
  EXPECT_EQ(activation_from_name(""), Activation::none);
  EXPECT_EQ(activation_from_name("gelu"), Activation::gelu);
  EXPECT_EQ(activation_from_name("gelu_tanh"), Activation::gelu_tanh);
  EXPECT_EQ(activation_from_name("quick_gelu"), Activation::quick_gelu);
  EXPECT_EQ(activation_from_name("relu"), std::nullopt);
}

}  // namespace
}  // namespace clipdex::encode
