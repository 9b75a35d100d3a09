#include <fmt/format.h>

#include <optional>

#include "model/passes.hpp"

namespace clipdex::model {
namespace {

struct LayerNorm {
  std::string input, gamma, beta, output;
  float epsilon = 0;
};

/// ReduceMean over the last axis that keeps it.
bool is_mean_of_rows(const Graph& graph, const Facts& facts, const onnx::NodeProto& node) {
  if (int_attribute(node, "keepdims", 1) != 1) return false;
  Dims axes = ints_attribute(node, "axes");
  if (node.input_size() > 1) {  // From version 18 on the axes are an input.
    const onnx::TensorProto* tensor = graph.constant(node.input(1));
    if (tensor == nullptr) return false;
    axes = integers_of(*tensor).value_or(Dims());
  }
  const Dims* dims = facts.dims(node.input(0));
  return axes == Dims{-1} ||
         (dims != nullptr && axes == Dims{static_cast<std::int64_t>(dims->size()) - 1});
}

/// The value behind casts to float32, which exporters put in for half precision.
std::string without_casts(const Graph& graph, std::string value) {
  while (const onnx::NodeProto* cast = graph.producer(value, "Cast")) {
    if (int_attribute(*cast, "to", 0) != onnx::TensorProto::FLOAT) break;
    value = cast->input(0);
  }
  return value;
}

/// The input of `value` = input - mean(input).
std::optional<std::string> centred(const Graph& graph, const Facts& facts,
                                   const std::string& value) {
  const onnx::NodeProto* difference = graph.producer(value, "Sub");
  if (difference == nullptr) return std::nullopt;
  const onnx::NodeProto* mean = graph.producer(difference->input(1), "ReduceMean");
  if (mean == nullptr || mean->input(0) != difference->input(0)) return std::nullopt;
  if (!is_mean_of_rows(graph, facts, *mean)) return std::nullopt;
  return difference->input(0);
}

/// The epsilon of `value` = sqrt(mean(square of what has this input and is centred) + epsilon).
std::optional<float> deviation(const Graph& graph, const Facts& facts, const std::string& value,
                               const std::string& input) {
  const onnx::NodeProto* root = graph.producer(value, "Sqrt");
  const onnx::NodeProto* sum = root == nullptr ? nullptr : graph.producer(root->input(0), "Add");
  if (sum == nullptr) return std::nullopt;
  const int place = graph.scalar(sum->input(1), facts) ? 1 : 0;
  const auto epsilon = graph.scalar(sum->input(place), facts);
  const onnx::NodeProto* mean = graph.producer(sum->input(1 - place), "ReduceMean");
  if (!epsilon || mean == nullptr || !is_mean_of_rows(graph, facts, *mean)) return std::nullopt;
  const onnx::NodeProto* square = graph.producer(mean->input(0));
  if (square == nullptr) return std::nullopt;
  const bool is_power = square->op_type() == "Pow" && graph.scalar(square->input(1), facts) == 2.0;
  const bool is_product = square->op_type() == "Mul" && square->input(0) == square->input(1);
  if (!is_power && !is_product) return std::nullopt;
  if (centred(graph, facts, without_casts(graph, square->input(0))) != input) return std::nullopt;
  return static_cast<float>(*epsilon);
}

/// The constant operand of the one node of that kind that takes a value, and the node's output.
std::optional<std::pair<std::string, std::string>> behind(const Graph& graph,
                                                          const std::string& value,
                                                          std::string_view kind) {
  const onnx::NodeProto* node = graph.only_consumer(value);
  if (node == nullptr || node->op_type() != kind) return std::nullopt;
  const std::string& other = node->input(node->input(0) == value ? 1 : 0);
  const onnx::TensorProto* tensor = graph.constant(other);
  if (tensor == nullptr || tensor->dims_size() != 1) return std::nullopt;
  return std::pair(other, node->output(0));
}

std::optional<LayerNorm> match(const Graph& graph, const Facts& facts,
                               const onnx::NodeProto& division) {
  const auto input = centred(graph, facts, without_casts(graph, division.input(0)));
  if (!input) return std::nullopt;
  const auto epsilon = deviation(graph, facts, division.input(1), *input);
  const auto scaled = behind(graph, division.output(0), "Mul");
  const auto shifted = scaled ? behind(graph, scaled->second, "Add") : std::nullopt;
  if (!epsilon || !shifted) return std::nullopt;
  return LayerNorm{.input = *input,
                   .gamma = scaled->first,
                   .beta = shifted->first,
                   .output = shifted->second,
                   .epsilon = *epsilon};
}

}  // namespace

PassOutcome fuse_layer_norm(Graph& graph, const Facts& facts) {
  std::vector<LayerNorm> found;
  for (const onnx::NodeProto* division : graph.nodes("Div")) {
    if (auto norm = match(graph, facts, *division)) found.push_back(*std::move(norm));
  }
  for (const LayerNorm& norm : found) {
    onnx::NodeProto node;
    // ONNX has this operator from version 17 on, and ONNX Runtime takes it in older graphs, too.
    node.set_op_type("LayerNormalization");
    for (const auto& input : {norm.input, norm.gamma, norm.beta}) node.add_input(input);
    node.add_output("");
    set_attribute(node, "axis", std::int64_t{-1});
    set_attribute(node, "epsilon", norm.epsilon);
    graph.replace(norm.output, graph.add(node));
  }
  graph.sweep();
  if (found.empty()) {
    const std::size_t whole = graph.nodes("LayerNormalization").size();
    return {.applied = false,
            .detail = whole > 0 ? fmt::format("all {} are whole already", whole)
                                : "the graph has no layer norm"};
  }
  return {.applied = true, .detail = fmt::format("{} layer norms", found.size())};
}

}  // namespace clipdex::model
