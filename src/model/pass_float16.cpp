#include <fmt/format.h>

#include "model/passes.hpp"

namespace clipdex::model {
namespace {

constexpr int kHalf = onnx::TensorProto::FLOAT16;
constexpr int kFloat = onnx::TensorProto::FLOAT;

std::string cast(Graph& graph, const std::string& value, int type) {
  onnx::NodeProto node;
  node.set_op_type("Cast");
  node.add_input(value);
  node.add_output("");
  set_attribute(node, "to", std::int64_t{type});
  return graph.add(node);
}

/// Tensors in attributes (ConstantOfShape) and the targets of Cast.
void widen_attributes(onnx::NodeProto& node) {
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.has_t() && attribute.t().data_type() == kHalf) {
      if (const auto items = floats_of(attribute.t())) {
        *attribute.mutable_t() = float_tensor(*items, dims_of(attribute.t()));
      }
    }
    const bool is_type = node.op_type() == "Cast" && attribute.name() == "to";
    if (is_type && attribute.i() == kHalf) attribute.set_i(kFloat);
  }
}

}  // namespace

PassOutcome widen_float16(Graph& graph, const Facts&) {
  std::size_t widened = 0;
  const auto constants = graph.constants();  // A copy of pointers: the loop replaces some.
  for (const auto& [name, tensor] : constants) {
    if (tensor->data_type() != kHalf) continue;
    const auto items = floats_of(*tensor);
    if (!items) return {.applied = false, .detail = fmt::format("{} cannot be read", name)};
    graph.set_constant(name, float_tensor(*items, dims_of(*tensor)));
    ++widened;
  }
  for (onnx::NodeProto* node : graph.nodes()) widen_attributes(*node);
  for (const auto& input : graph.inputs()) {
    if (input.type().tensor_type().elem_type() != kHalf) continue;
    graph.replace(input.name(), cast(graph, input.name(), kFloat));
    ++widened;
  }
  for (const auto& output : graph.outputs()) {
    if (output.type().tensor_type().elem_type() != kHalf) continue;
    graph.replace(output.name(), cast(graph, output.name(), kHalf));
    ++widened;
  }
  if (widened == 0) return {.applied = false, .detail = "the graph has no float16"};
  graph.sweep();
  return {.applied = true, .detail = fmt::format("{} weights, inputs and outputs", widened)};
}

}  // namespace clipdex::model
