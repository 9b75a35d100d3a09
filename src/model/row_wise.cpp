#include "model/row_wise.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace clipdex::model {
namespace {

constexpr std::array<std::string_view, 11> kElementWise{
    "Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Sigmoid", "Erf", "Tanh", "Gelu", "Identity"};

}  // namespace

std::optional<std::vector<int>> row_inputs(const Graph& graph, const onnx::NodeProto& node) {
  if (!node.domain().empty()) return std::nullopt;
  const std::string& kind = node.op_type();
  if (kind == "MatMul") {
    const onnx::TensorProto* weight = graph.constant(node.input(1));
    if (weight == nullptr || weight->dims_size() != 2) return std::nullopt;
    return std::vector{0};
  }
  if (kind == "LayerNormalization") {
    // With -1 it looks at the last axis alone, whatever the rank.
    if (int_attribute(node, "axis", -1) != -1 || node.output_size() != 1) return std::nullopt;
    return std::vector{0};
  }
  if (std::find(kElementWise.begin(), kElementWise.end(), kind) == kElementWise.end()) {
    return std::nullopt;
  }
  std::vector<int> places;
  for (int place = 0; place < node.input_size(); ++place) {
    const onnx::TensorProto* tensor = graph.constant(node.input(place));
    if (tensor == nullptr) {
      places.push_back(place);
    } else if (tensor->dims_size() > 1 &&
               item_count(dims_of(*tensor)) != tensor->dims(tensor->dims_size() - 1)) {
      return std::nullopt;
    }
  }
  if (places.empty()) return std::nullopt;
  return places;
}

}  // namespace clipdex::model
