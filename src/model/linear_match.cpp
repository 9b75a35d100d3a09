#include "model/linear_match.hpp"

namespace clipdex::model {
namespace {

bool is_float_vector(const onnx::TensorProto* tensor, std::int64_t size) {
  return tensor != nullptr && tensor->data_type() == onnx::TensorProto::FLOAT &&
         dims_of(*tensor) == Dims{size};
}

std::optional<LinearLayer> match_product(const Graph& graph, const onnx::NodeProto& node) {
  const bool is_gemm = node.op_type() == "Gemm";
  if (!node.domain().empty() || (!is_gemm && node.op_type() != "MatMul")) return std::nullopt;
  const onnx::TensorProto* weight = graph.constant(node.input(1));
  if (weight == nullptr || graph.constant(node.input(0)) != nullptr || weight->dims_size() != 2 ||
      weight->data_type() != onnx::TensorProto::FLOAT) {
    return std::nullopt;
  }
  LinearLayer layer;
  layer.input = node.input(0);
  layer.output = node.output(0);
  layer.weight = node.input(1);
  layer.is_transposed = is_gemm && int_attribute(node, "transB", 0) != 0;
  layer.inputs = weight->dims(layer.is_transposed ? 1 : 0);
  layer.outputs = weight->dims(layer.is_transposed ? 0 : 1);
  if (!is_gemm) return layer;
  if (int_attribute(node, "transA", 0) != 0 || float_attribute(node, "alpha", 1) != 1 ||
      float_attribute(node, "beta", 1) != 1) {
    return std::nullopt;
  }
  if (node.input_size() < 3 || node.input(2).empty()) return layer;
  if (!is_float_vector(graph.constant(node.input(2)), layer.outputs)) return std::nullopt;
  layer.bias = node.input(2);
  return layer;
}

}  // namespace

std::optional<LinearLayer> match_linear(const Graph& graph, const onnx::NodeProto& node) {
  auto layer = match_product(graph, node);
  if (!layer || !layer->bias.empty()) return layer;
  const onnx::NodeProto* add = graph.only_consumer(layer->output);
  if (add == nullptr || add->op_type() != "Add") return layer;
  const std::string& other = add->input(add->input(0) == layer->output ? 1 : 0);
  if (!is_float_vector(graph.constant(other), layer->outputs)) return layer;
  layer->bias = other;
  layer->output = add->output(0);
  return layer;
}

std::optional<LinearLayer> linear_of(const Graph& graph, const std::string& value) {
  const onnx::NodeProto* node = graph.producer(value);
  if (node == nullptr) return std::nullopt;
  if (node->op_type() == "Add") {
    for (const std::string& input : node->input()) {
      const onnx::NodeProto* product = graph.producer(input);
      if (product == nullptr) continue;
      auto layer = match_linear(graph, *product);
      if (layer && layer->output == value) return layer;
    }
    return std::nullopt;
  }
  auto layer = match_linear(graph, *node);
  return layer && layer->output == value ? layer : std::nullopt;
}

std::vector<float> weights_of(const Graph& graph, const LinearLayer& layer) {
  auto stored = floats_of(*graph.constant(layer.weight));
  if (!stored) return {};
  if (!layer.is_transposed) return *std::move(stored);
  const auto rows = static_cast<std::size_t>(layer.outputs);
  const auto columns = static_cast<std::size_t>(layer.inputs);
  std::vector<float> weights(stored->size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      weights[column * rows + row] = (*stored)[row * columns + column];
    }
  }
  return weights;
}

std::vector<float> bias_of(const Graph& graph, const LinearLayer& layer) {
  if (!layer.bias.empty()) {
    if (auto bias = floats_of(*graph.constant(layer.bias))) return *std::move(bias);
  }
  return std::vector<float>(static_cast<std::size_t>(layer.outputs));
}

}  // namespace clipdex::model
