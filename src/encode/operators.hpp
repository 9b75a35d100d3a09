/// The operators of clipdex inside of ONNX Runtime: domain "clipdex", version 1. Graphs that the
/// room model has optimised use them; docs/adr/0009-int8-operators.md says why they exist.
///
/// `QuantizedLinear`: Y = residual + activation(LayerNorm(X) · Wᵀ + bias), see
/// quantized_linear.hpp.
/// Inputs: `X` float32 [..., K]; then constants: `W` int8 [ceil(N/16), ceil(K/4), 16, 4], `scales`
/// float32 [N], `sums` int32 [N], optional `bias` float32 [N], optional `gamma` and `beta`
/// float32 [K], which come together; then optional `residual` float32, of Y's shape.
/// Attributes: `K` and `N` (integers); `activation` (text, "" when absent) and `epsilon` (a float,
/// 1e-5 when absent). Output: `Y` float32 [..., N].
///
/// `Attention`: see attention.hpp. Inputs: `QKV` float32 [B, T, 3·H·d], and an optional `mask`
/// float32 whose shape broadcasts to [T, T]. Attributes: `heads` (an integer), `scale` (a float);
/// `causal` and `queries` (integers, 0 when absent; `queries` 0 means all tokens, and n the first
/// n). Output: float32 [B, T or queries, H·d].
#pragma once

#include <onnxruntime_cxx_api.h>

namespace clipdex::encode {

/// Lets sessions made with `options` load graphs with these operators. Constants are read where
/// ONNX Runtime keeps them, which is the mapped file for external data. What does not fit fails
/// the loading of the graph, or its run, with one sentence that names the node. Thread-safe.
void add_operators(Ort::SessionOptions& options);

}  // namespace clipdex::encode
