/// The weights of a linear layer as signed bytes, in the layout that the operator `QuantizedLinear`
/// of room encode reads in place, straight from the mapped file: no prepacking, no copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::model {

/// Outputs of a panel: codes lie in panels of 16 outputs, as many 32-bit sums as a register of 512
/// bits holds, and in them in groups of 4 inputs, as many bytes as one step of a dot-product
/// instruction takes.
inline constexpr std::size_t kPanelOutputs = 16;
inline constexpr std::size_t kGroupInputs = 4;

/// The greatest code; the least is -127, so that every code can be negated.
inline constexpr int kWeightCodeMax = 127;

/// The most inputs of a layer: as many as leave every sum of products of two codes, one of them
/// from 0 to 255, inside of 32 bits.
inline constexpr std::size_t kLinearInputsMax = 65'536;

/// How a matrix of weights lies in memory, row after row.
enum class WeightOrder {
  inputs_by_outputs,  ///< [K, N], as MatMul has it
  outputs_by_inputs,  ///< [N, K], as Gemm with transB and PyTorch have it
};

/// A layer's weights, quantised symmetrically with one scale an output. A plain value.
struct QuantizedWeights {
  std::size_t inputs = 0;          ///< K
  std::size_t outputs = 0;         ///< N
  std::vector<std::int8_t> codes;  ///< [ceil(N/16), ceil(K/4), 16, 4]; padding is 0
  std::vector<float> scales;       ///< [N]; a weight is about scale × code
  std::vector<std::int32_t> sums;  ///< [N]; all codes of an output together
};

/// How many panels of outputs, and groups of inputs, there are of so many of them.
constexpr std::size_t panel_count(std::size_t outputs) noexcept {
  return (outputs + kPanelOutputs - 1) / kPanelOutputs;
}
constexpr std::size_t group_count(std::size_t inputs) noexcept {
  return (inputs + kGroupInputs - 1) / kGroupInputs;
}

/// Where the code of one weight lies in `QuantizedWeights::codes`.
constexpr std::size_t code_place(std::size_t input, std::size_t output,
                                 std::size_t inputs) noexcept {
  const std::size_t group = output / kPanelOutputs * group_count(inputs) + input / kGroupInputs;
  return (group * kPanelOutputs + output % kPanelOutputs) * kGroupInputs + input % kGroupInputs;
}

/// Quantises `weights`, `inputs` × `outputs` numbers in the given order. The scale of an output is
/// its greatest magnitude divided by 127, and a code is the nearest integer, so no weight is off by
/// more than half of its scale; an output whose weights are all 0, or too small for a scale that is
/// a normal float, becomes zeros with scale 0. Thread-safe.
/// Errors: `corrupt` (a weight is not finite; says which), `unsupported` (no inputs or outputs, or
/// more than `kLinearInputsMax` inputs). Neither message names a file, which the caller knows.
Result<QuantizedWeights> quantise_weights(std::span<const float> weights, std::size_t inputs,
                                          std::size_t outputs, WeightOrder order);

}  // namespace clipdex::model
