#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/linear_match.hpp"
#include "model/passes.hpp"
#include "model/row_wise.hpp"

namespace clipdex::model {
namespace {

const Dims kSwap{1, 0, 2};

bool is_swap(const onnx::NodeProto* node) {
  return node != nullptr && node->op_type() == "Transpose" &&
         ints_attribute(*node, "perm") == kSwap;
}

std::string swap(Graph& graph, const std::string& value) {
  onnx::NodeProto node;
  node.set_op_type("Transpose");
  node.add_input(value);
  node.add_output("");
  set_attribute(node, "perm", kSwap);
  return graph.add(node);
}

/// [A, B, C] → [A·B, C] → linear → [A·B, D] → [A, B, D] becomes a linear layer on [A, B, C].
bool unflatten(Graph& graph, const Facts& facts, const onnx::NodeProto& node) {
  const auto layer = match_linear(graph, node);
  if (!layer) return false;
  const onnx::NodeProto* before = graph.producer(layer->input, "Reshape");
  const onnx::NodeProto* after = graph.only_consumer(layer->output);
  if (before == nullptr || after == nullptr || after->op_type() != "Reshape") return false;
  const Dims* flat = facts.dims(layer->input);
  const Dims* from = facts.dims(before->input(0));
  const Dims* to = facts.dims(after->output(0));
  if (flat == nullptr || from == nullptr || to == nullptr || flat->size() != 2) return false;
  if (from->size() != 3 || to->size() != 3 || from->back() != layer->inputs) return false;
  if ((*from)[0] != (*to)[0] || (*from)[1] != (*to)[1] || to->back() != layer->outputs)
    return false;
  std::string weight = layer->weight;
  if (layer->is_transposed) {
    const Dims dims{layer->inputs, layer->outputs};
    weight = graph.add_constant(float_tensor(weights_of(graph, *layer), dims));
  }
  std::string value = graph.add("MatMul", {before->input(0), weight});
  if (!layer->bias.empty()) value = graph.add("Add", {value, layer->bias});
  graph.replace(after->output(0), value);
  return true;
}

/// Moves a swap of the first two axes behind one of the nodes that take its value.
bool sink(Graph& graph, const onnx::NodeProto& transpose) {
  for (const onnx::NodeProto* user : graph.consumers(transpose.output(0))) {
    if (is_swap(user)) {
      graph.replace(user->output(0), transpose.input(0));
      return true;
    }
    const auto place =
        user->op_type() == "Gather" ? graph.scalar(user->input(1), {}) : std::nullopt;
    if (place && graph.constant(user->input(1))->dims_size() == 0 &&
        int_attribute(*user, "axis", 0) == 0) {
      onnx::NodeProto gather = *user;
      gather.clear_attribute();
      set_attribute(gather, "axis", std::int64_t{1});
      gather.set_input(0, transpose.input(0));
      graph.replace(user->output(0), graph.add(gather));
      return true;
    }
    const auto rows = row_inputs(graph, *user);
    if (!rows || user->output_size() != 1) continue;
    const bool all = std::all_of(rows->begin(), rows->end(),
                                 [&](int at) { return is_swap(graph.producer(user->input(at))); });
    if (!all) continue;
    onnx::NodeProto moved = *user;
    for (const int at : *rows) moved.set_input(at, graph.producer(user->input(at))->input(0));
    graph.replace(user->output(0), swap(graph, graph.add(moved)));
    return true;
  }
  return false;
}

}  // namespace

PassOutcome settle_rows(Graph& graph, const Facts& facts) {
  std::size_t unflattened = 0;
  std::vector<std::string> products;
  for (const onnx::NodeProto* node : graph.nodes()) products.push_back(node->output(0));
  for (const std::string& value : products) {
    const onnx::NodeProto* node = graph.producer(value);
    if (node == nullptr || !unflatten(graph, facts, *node)) continue;
    graph.sweep();
    ++unflattened;
  }
  std::size_t moved = 0;
  for (bool is_moving = true; is_moving;) {
    is_moving = false;
    for (const onnx::NodeProto* node : graph.nodes("Transpose")) {
      if (!is_swap(node) || !sink(graph, *node)) continue;
      graph.sweep();
      ++moved;
      is_moving = true;
      break;  // The sweep may have taken the other nodes of the list away.
    }
  }
  if (unflattened + moved == 0) return {.applied = false, .detail = "the rows lie well already"};
  return {.applied = true,
          .detail = fmt::format("{} layers work on all axes, transposes moved {} times",
                                unflattened, moved)};
}

}  // namespace clipdex::model
