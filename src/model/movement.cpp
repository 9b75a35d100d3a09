#include "model/movement.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace clipdex::model {
namespace {

constexpr std::array<std::string_view, 10> kMoves{"Reshape", "Transpose", "Squeeze", "Unsqueeze",
                                                  "Flatten", "Identity",  "Cast",    "Gather",
                                                  "Slice",   "Split"};

std::int64_t positive_axis(std::int64_t axis, std::size_t rank) {
  return axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
}

bool gather(const Graph& graph, const Facts& facts, const onnx::NodeProto& node,
            StridedView& view) {
  const auto place = graph.scalar(node.input(1), facts);
  const auto dims = view.dims();
  const std::int64_t axis = positive_axis(int_attribute(node, "axis", 0), dims.size());
  if (!place || axis < 0 || axis >= static_cast<std::int64_t>(dims.size())) return false;
  auto begin = static_cast<std::int64_t>(*place);
  if (begin < 0) begin += dims[static_cast<std::size_t>(axis)];
  return view.slice(static_cast<std::size_t>(axis), begin, begin + 1);
}

/// A Slice of one axis with constant bounds and no step.
bool slice(const Graph& graph, const Facts& facts, const onnx::NodeProto& node, StridedView& view) {
  if (node.input_size() < 3) return false;
  const auto begin = graph.scalar(node.input(1), facts);
  const auto end = graph.scalar(node.input(2), facts);
  const auto axis = node.input_size() > 3 ? graph.scalar(node.input(3), facts) : 0.0;
  const auto step = node.input_size() > 4 ? graph.scalar(node.input(4), facts) : 1.0;
  const auto dims = view.dims();
  if (!begin || !end || !axis || step != 1.0) return false;
  const std::int64_t at = positive_axis(static_cast<std::int64_t>(*axis), dims.size());
  if (at < 0 || at >= static_cast<std::int64_t>(dims.size())) return false;
  const std::int64_t size = dims[static_cast<std::size_t>(at)];
  const auto place = [size](double bound) {
    // Exporters write the greatest integer for "up to the end".
    const auto whole = static_cast<std::int64_t>(std::clamp(bound, -1e15, 1e15));
    return std::clamp<std::int64_t>(whole < 0 ? whole + size : whole, 0, size);
  };
  return view.slice(static_cast<std::size_t>(at), place(*begin), place(*end));
}

bool split(const Facts& facts, const onnx::NodeProto& node, const std::string& output,
           StridedView& view) {
  const auto dims = view.dims();
  const std::int64_t at = positive_axis(int_attribute(node, "axis", 0), dims.size());
  if (at < 0 || at >= static_cast<std::int64_t>(dims.size())) return false;
  const auto axis = static_cast<std::size_t>(at);
  std::int64_t begin = 0;
  for (const std::string& part : node.output()) {
    const Dims* part_dims = facts.dims(part);
    if (part_dims == nullptr || part_dims->size() != dims.size()) return false;
    const std::int64_t end = begin + (*part_dims)[axis];
    if (part == output) return view.slice(axis, begin, end);
    begin = end;
  }
  return false;
}

bool move_kind(const Graph& graph, const Facts& facts, const onnx::NodeProto& node,
               const std::string& output, StridedView& view) {
  const std::string& kind = node.op_type();
  if (kind == "Gather") return gather(graph, facts, node, view);
  if (kind == "Slice") return slice(graph, facts, node, view);
  if (kind == "Split") return split(facts, node, output, view);
  if (kind == "Transpose") {
    Dims order = ints_attribute(node, "perm");
    if (order.empty()) {
      for (std::size_t axis = view.dims().size(); axis-- > 0;) {
        order.push_back(static_cast<std::int64_t>(axis));
      }
    }
    return view.transpose(order);
  }
  if (kind == "Cast") return int_attribute(node, "to", 0) == onnx::TensorProto::FLOAT;
  return kind == "Reshape" || kind == "Squeeze" || kind == "Unsqueeze" || kind == "Flatten" ||
         kind == "Identity";
}

}  // namespace

bool move_items(const Graph& graph, const Facts& facts, const onnx::NodeProto& node,
                const std::string& output, StridedView& view) {
  const Dims* dims = facts.dims(output);
  return node.domain().empty() && dims != nullptr && move_kind(graph, facts, node, output, view) &&
         view.reshape(*dims);
}

std::optional<Scaled> scaled_operand(const Graph& graph, const Facts& facts,
                                     const onnx::NodeProto& node) {
  const bool is_division = node.op_type() == "Div";
  if (!is_division && node.op_type() != "Mul") return std::nullopt;
  // Two numbers multiplied are no operand with a factor: the first must be a tensor.
  if (const auto factor = graph.scalar(node.input(1), facts)) {
    return Scaled{node.input(0), is_division ? 1 / *factor : *factor};
  }
  if (is_division) return std::nullopt;
  if (const auto factor = graph.scalar(node.input(0), facts)) return Scaled{node.input(1), *factor};
  return std::nullopt;
}

std::optional<Origin> find_origin(const Graph& graph, const Facts& facts,
                                  const std::string& value) {
  Origin origin{.source = value, .view = {}, .factor = 1};
  std::vector<std::pair<const onnx::NodeProto*, std::string>> chain;
  while (const onnx::NodeProto* node = graph.producer(origin.source)) {
    if (const auto scaled = scaled_operand(graph, facts, *node)) {
      origin.factor *= scaled->factor;
      origin.source = scaled->operand;
    } else if (std::find(kMoves.begin(), kMoves.end(), node->op_type()) != kMoves.end()) {
      chain.emplace_back(node, origin.source);
      origin.source = node->input(0);
    } else {
      break;
    }
  }
  const auto dims = graph.dims(origin.source, facts);
  if (!dims) return std::nullopt;
  for (const std::int64_t dim : *dims) {
    if (dim < 1) return std::nullopt;
  }
  origin.view = StridedView::whole(*dims);
  for (auto step = chain.rbegin(); step != chain.rend(); ++step) {
    if (!move_items(graph, facts, *step->first, step->second, origin.view)) return std::nullopt;
  }
  return origin;
}

}  // namespace clipdex::model
