/// A linear layer with weights of one byte, and what stands around it in a transformer: the layer
/// normalisation before it, bias, activation and residual after it. One pass over the activations
/// instead of five.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "encode/parts.hpp"

namespace clipdex::encode {

/// What a layer's outputs go through.
enum class Activation {
  none,
  gelu,        ///< x · Φ(x), with the error function
  gelu_tanh,   ///< its approximation with the hyperbolic tangent
  quick_gelu,  ///< x · sigmoid(1.702 x), of OpenAI's CLIP
};

/// The activation of a name as graphs write it: "", "gelu", "gelu_tanh", "quick_gelu".
std::optional<Activation> activation_from_name(std::string_view name) noexcept;

/// A layer as it stays from call to call. Owns nothing: the arrays belong to the caller, and must
/// live as long as the layer is used. `codes`, `scales` and `sums` are those of
/// `model::QuantizedWeights`; alignment is not needed.
struct LinearLayer {
  std::size_t inputs = 0;              ///< K, from 1 to `model::kLinearInputsMax`
  std::size_t outputs = 0;             ///< N, at least 1
  const std::int8_t* codes = nullptr;  ///< [ceil(N/16), ceil(K/4), 16, 4]
  const float* scales = nullptr;       ///< [N]
  const std::int32_t* sums = nullptr;  ///< [N]
  const float* bias = nullptr;         ///< [N], or nothing
  const float* gamma = nullptr;        ///< [K], or nothing: no normalisation
  const float* beta = nullptr;         ///< [K], given where gamma is
  float epsilon = 1e-5F;               ///< added to the variance of a row
  Activation activation = Activation::none;
};

/// Y = residual + activation(LayerNorm(X) · Wᵀ + bias), each row by itself: a row of Y does not
/// depend on the others, not even in its last bit.
///
/// Every row of X (normalised first, if the layer says so) is quantised to signed bytes with a
/// scale of its own, its greatest magnitude divided by 127; sums of products are exact integers,
/// the same on every instruction set. What follows is float32 and may differ between instruction
/// sets in the last bits, where one fuses multiply and add. A row of zeros, or of numbers too small
/// for a scale that is a normal float, counts as zeros. A row that is not finite gives a row that
/// is not a number.
///
/// @param x         [rows, K]
/// @param residual  [rows, N], or nothing; it may be `y` itself
/// @param y         [rows, N], written; must not overlap `x`
/// @param run_parts spreads large work over threads
/// Thread-safe: each thread keeps a buffer for quantised rows, of less than a
/// megabyte. Throws `std::bad_alloc`.
void quantized_linear(const LinearLayer& layer, const float* x, std::size_t rows,
                      const float* residual, float* y, const RunParts& run_parts = run_parts_here);

}  // namespace clipdex::encode
