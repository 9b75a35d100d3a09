#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/passes.hpp"

namespace clipdex::model {
namespace {

std::string vector_of(Graph& graph, const Dims& items) {
  return graph.add_constant(integer_tensor(items, {static_cast<std::int64_t>(items.size())}));
}

const ValueFacts* facts_of(const Facts& facts, const std::string& value) {
  const auto found = facts.values.find(value);
  if (found == facts.values.end()) return nullptr;
  return found->second.dims.size() == found->second.other_dims.size() ? &found->second : nullptr;
}

/// The shape of a value put together from constants and sizes of the graph's input.
class InputShape {
 public:
  InputShape(Graph& graph, const Facts& facts) : graph_(graph), facts_(facts) {}

  /// A vector with these sizes; nothing where one follows the input in another way.
  std::optional<std::string> vector(const ValueFacts& value) {
    std::vector<std::string> parts;
    for (std::size_t axis = 0; axis < value.dims.size(); ++axis) {
      const std::int64_t size = value.dims[axis];
      const std::int64_t other = value.other_dims[axis];
      // The length of texts may be opened by a later pass, so it is not fixed here. The last of
      // three axes holds features, however many.
      const bool is_length =
          facts_.length > 0 && size == facts_.length && other == facts_.other_length && axis < 2;
      if (is_length) {
        parts.push_back(input_size(1));
      } else if (size == other) {
        parts.push_back(vector_of(graph_, {size}));
      } else if (size == facts_.batch && other == facts_.other_batch) {
        parts.push_back(input_size(0));
      } else {
        return std::nullopt;
      }
    }
    if (parts.empty()) return std::nullopt;
    onnx::NodeProto node;
    node.set_op_type("Concat");
    for (const std::string& part : parts) node.add_input(part);
    node.add_output("");
    set_attribute(node, "axis", std::int64_t{0});
    return graph_.add(node);
  }

 private:
  /// Sizes are taken from the first input: pixels or ids.
  std::string input_size(std::int64_t axis) {
    if (shape_.empty()) shape_ = graph_.add("Shape", {graph_.inputs().front().name()});
    return graph_.add("Gather", {shape_, vector_of(graph_, {axis})});
  }

  Graph& graph_;
  const Facts& facts_;
  std::string shape_;
};

/// What a Reshape must be told: sizes, 0 for one that stays, -1 for at most one other that is open.
std::optional<Dims> constant_shape(const ValueFacts& from, const ValueFacts& to) {
  Dims shape = to.dims;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (to.dims[axis] == to.other_dims[axis]) continue;
    const bool stays = axis < from.dims.size() && from.dims[axis] == to.dims[axis] &&
                       from.other_dims[axis] == to.other_dims[axis];
    shape[axis] = stays ? 0 : -1;
  }
  return std::count(shape.begin(), shape.end(), -1) > 1 ? std::nullopt : std::optional(shape);
}

}  // namespace

PassOutcome settle_shapes(Graph& graph, const Facts& facts) {
  std::size_t reshapes = 0;
  for (onnx::NodeProto* node : graph.nodes("Reshape")) {
    const ValueFacts* from = facts_of(facts, node->input(0));
    const ValueFacts* to = facts_of(facts, node->output(0));
    if (graph.constant(node->input(1)) != nullptr || from == nullptr || to == nullptr) continue;
    const auto shape = constant_shape(*from, *to);
    if (!shape) continue;
    graph.set_input(*node, 1, vector_of(graph, *shape));
    ++reshapes;
  }
  graph.sweep();
  std::size_t shapes = 0;
  InputShape input(graph, facts);
  std::vector<std::string> values;
  for (const onnx::NodeProto* node : graph.nodes("Shape")) {
    const bool is_inner = graph.producer(node->input(0)) != nullptr;
    if (is_inner && node->attribute_size() == 0) values.push_back(node->output(0));
  }
  for (const std::string& value : values) {
    const ValueFacts* of = facts_of(facts, graph.producer(value)->input(0));
    const auto made = of == nullptr ? std::nullopt : input.vector(*of);
    if (!made) continue;
    graph.replace(value, *made);
    ++shapes;
  }
  graph.sweep();
  if (reshapes + shapes == 0) return {.applied = false, .detail = "all shapes are settled already"};
  return {.applied = true, .detail = fmt::format("{} reshapes and {} shapes", reshapes, shapes)};
}

}  // namespace clipdex::model
