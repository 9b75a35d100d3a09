#include <fmt/format.h>

#include <algorithm>

#include "model/passes.hpp"

namespace clipdex::model {
namespace {

constexpr std::string_view kMaskInput = "attention_mask";

/// The input of token ids: integers, [N, L].
onnx::ValueInfoProto* find_ids(Graph& graph) {
  for (onnx::ValueInfoProto& input : graph.inputs()) {
    const auto& tensor = input.type().tensor_type();
    const bool is_integer = tensor.elem_type() == onnx::TensorProto::INT32 ||
                            tensor.elem_type() == onnx::TensorProto::INT64;
    if (is_integer && tensor.shape().dim_size() == 2 && input.name() != kMaskInput) return &input;
  }
  return nullptr;
}

/// Why a row may depend on what comes behind it; empty where it cannot.
std::string why_not_causal(const Graph& graph) {
  if (!graph.nodes("Softmax").empty()) return "a softmax of the graph is not known to be causal";
  const auto attentions = graph.nodes("Attention");
  if (attentions.empty()) return "the graph has no attention";
  for (const onnx::NodeProto* node : attentions) {
    if (int_attribute(*node, "causal", 0) == 0) return "its attention is not causal";
  }
  return {};
}

/// Constants with a row for each place of the text are cut to its length.
std::size_t cut_constants(Graph& graph, const Facts& facts, const std::string& ids,
                          std::int64_t context) {
  std::string length;
  std::size_t cut = 0;
  for (onnx::NodeProto* node : graph.nodes("Add")) {
    for (int place = 0; place < 2; ++place) {
      const onnx::TensorProto* tensor = graph.constant(node->input(place));
      const Dims* sum = facts.dims(node->output(0));
      if (tensor == nullptr || sum == nullptr || tensor->dims_size() < 2 || sum->size() < 2)
        continue;
      const int axis = tensor->dims_size() - 2;
      if (tensor->dims(axis) != context || (*sum)[sum->size() - 2] != context) continue;
      const auto constant = [&graph](std::int64_t number) {
        return graph.add_constant(integer_tensor(Dims{number}, {1}));
      };
      if (length.empty()) {
        length = graph.add("Gather", {graph.add("Shape", {ids}), constant(1)});
      }
      graph.set_input(
          *node, place,
          graph.add("Slice", {node->input(place), constant(0), length, constant(axis)}));
      ++cut;
    }
  }
  return cut;
}

/// Reshapes that name the context leave that size open. @return false where two would be open
bool open_reshapes(Graph& graph, const Facts& facts, std::int64_t context) {
  for (onnx::NodeProto* node : graph.nodes("Reshape")) {
    const onnx::TensorProto* tensor = graph.constant(node->input(1));
    const Dims* from = facts.dims(node->input(0));
    const Dims* to = facts.dims(node->output(0));
    auto dims = tensor == nullptr ? std::nullopt : integers_of(*tensor);
    if (!dims || to == nullptr) continue;
    bool changed = false;
    for (std::size_t axis = 0; axis < dims->size() && axis < to->size(); ++axis) {
      if ((*dims)[axis] != context) continue;
      const bool stays = from != nullptr && axis < from->size() && (*from)[axis] == context;
      if (!stays && std::find(dims->begin(), dims->end(), -1) != dims->end()) return false;
      (*dims)[axis] = stays ? 0 : -1;
      changed = true;
    }
    if (!changed) continue;
    const Dims count{static_cast<std::int64_t>(dims->size())};
    graph.set_input(*node, 1, graph.add_constant(integer_tensor(*dims, count)));
  }
  return true;
}

}  // namespace

PassOutcome stop_text_at_end(Graph& graph, const Facts& facts) {
  onnx::ValueInfoProto* ids = find_ids(graph);
  if (ids == nullptr) return {.applied = false, .detail = "the graph takes no token ids"};
  if (std::string why = why_not_causal(graph); !why.empty()) {
    return {.applied = false, .detail = std::move(why)};
  }
  const std::string name = ids->name();
  auto& length = *ids->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1);
  std::string detail = "the graph takes texts of any length already";
  if (length.has_dim_value()) {
    const std::int64_t context = length.dim_value();
    if (!open_reshapes(graph, facts, context)) {
      return {.applied = false, .detail = "a reshape of the graph needs the whole context"};
    }
    const std::size_t cut = cut_constants(graph, facts, name, context);
    detail = fmt::format("texts of up to {} ids, {} constants cut to their length", context, cut);
    length.clear_dim_value();
    length.set_dim_param("sequence");
  }
  graph.sweep();
  // Of a text that ends at its end, the mask hides nothing.
  if (graph.consumers(std::string(kMaskInput)).empty()) graph.drop_input(std::string(kMaskInput));
  return {.applied = true, .detail = std::move(detail), .sequence_input = name};
}

}  // namespace clipdex::model
