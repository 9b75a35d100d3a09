/// Linear layers as exporters write them: MatMul with a constant, and Gemm, with a bias behind.
/// Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/graph.hpp"

namespace clipdex::model {

/// Y = X · W + bias, as it stands in a graph.
struct LinearLayer {
  std::string input;           ///< X, [..., inputs]
  std::string output;          ///< Y
  std::string weight;          ///< a constant
  bool is_transposed = false;  ///< the constant is [outputs, inputs], else [inputs, outputs]
  std::string bias{};          ///< a constant [outputs]; empty where there is none
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};

/// The layer whose MatMul or Gemm a node is, with the Add of a constant behind it when nobody else
/// takes what lies between. Nothing where the weight is no constant of float32 with two axes, or a
/// Gemm scales or transposes its input.
std::optional<LinearLayer> match_linear(const Graph& graph, const onnx::NodeProto& node);

/// The layer that makes a value.
std::optional<LinearLayer> linear_of(const Graph& graph, const std::string& value);

/// The weights of a layer as [inputs, outputs]; empty where they cannot be read.
std::vector<float> weights_of(const Graph& graph, const LinearLayer& layer);

/// The bias, or zeros.
std::vector<float> bias_of(const Graph& graph, const LinearLayer& layer);

}  // namespace clipdex::model
