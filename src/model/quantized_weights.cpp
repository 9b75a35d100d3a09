#include "model/quantized_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace clipdex::model {
namespace {

/// A matrix whatever its order.
struct Matrix {
  std::span<const float> weights;
  std::size_t inputs;
  std::size_t outputs;
  WeightOrder order;

  /// Calls visit(input, output, weight) in the order of memory.
  template <class Visit>
  void for_each(Visit visit) const {
    const float* weight = weights.data();
    if (order == WeightOrder::inputs_by_outputs) {
      for (std::size_t input = 0; input < inputs; ++input) {
        for (std::size_t output = 0; output < outputs; ++output) visit(input, output, *weight++);
      }
    } else {
      for (std::size_t output = 0; output < outputs; ++output) {
        for (std::size_t input = 0; input < inputs; ++input) visit(input, output, *weight++);
      }
    }
  }
};

Error not_finite(const Matrix& matrix) {
  const auto broken = std::find_if_not(matrix.weights.begin(), matrix.weights.end(),
                                       [](float weight) { return std::isfinite(weight); });
  const auto place = static_cast<std::size_t>(broken - matrix.weights.begin());
  const bool by_outputs = matrix.order == WeightOrder::inputs_by_outputs;
  const std::size_t row_size = by_outputs ? matrix.outputs : matrix.inputs;
  const std::size_t row = place / row_size;
  const std::size_t column = place % row_size;
  return Error{ErrorCode::corrupt,
               fmt::format("the weight of input {} and output {} is not a finite number; download "
                           "the model again",
                           by_outputs ? row : column, by_outputs ? column : row)};
}

}  // namespace

Result<QuantizedWeights> quantise_weights(std::span<const float> weights, std::size_t inputs,
                                          std::size_t outputs, WeightOrder order) {
  if (inputs == 0 || outputs == 0 || inputs > kLinearInputsMax) {
    return Error{ErrorCode::unsupported,
                 fmt::format("a linear layer with {} inputs and {} outputs cannot be quantised; it "
                             "must have outputs, and from 1 to {} inputs",
                             inputs, outputs, kLinearInputsMax)};
  }
  assert(weights.size() == inputs * outputs);
  const Matrix matrix{weights, inputs, outputs, order};
  QuantizedWeights result{.inputs = inputs,
                          .outputs = outputs,
                          .codes = std::vector<std::int8_t>(panel_count(outputs) * kPanelOutputs *
                                                            group_count(inputs) * kGroupInputs),
                          .scales = std::vector<float>(outputs),
                          .sums = std::vector<std::int32_t>(outputs)};
  bool all_finite = true;
  matrix.for_each([&](std::size_t, std::size_t output, float weight) {
    all_finite = all_finite && std::isfinite(weight);
    result.scales[output] = std::max(result.scales[output], std::abs(weight));
  });
  if (!all_finite) return not_finite(matrix);

  std::vector<float> inverses(outputs);
  for (std::size_t output = 0; output < outputs; ++output) {
    float& scale = result.scales[output];
    scale /= kWeightCodeMax;
    if (scale < std::numeric_limits<float>::min()) scale = 0;
    inverses[output] = scale > 0 ? 1 / scale : 0;
  }
  matrix.for_each([&](std::size_t input, std::size_t output, float weight) {
    const auto code = static_cast<std::int8_t>(std::lrint(weight * inverses[output]));
    result.codes[code_place(input, output, inputs)] = code;
    result.sums[output] += code;
  });
  return result;
}

}  // namespace clipdex::model
