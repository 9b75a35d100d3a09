#include "model/patches.hpp"

#include <algorithm>
#include <optional>

#include "model/movement.hpp"

namespace clipdex::model {
namespace {

struct PatchEmbedding {
  std::int64_t channels = 0, size = 0, down = 0, across = 0, width = 0;
  std::string pixels{}, rows{};  ///< [B, channels, S, S], and [B, down·across, width]
  std::string weight{}, bias{};
};

bool all_are(const Dims& items, std::int64_t number) {
  return std::all_of(items.begin(), items.end(), [&](std::int64_t item) { return item == number; });
}

std::optional<PatchEmbedding> match(const Graph& graph, const Facts& facts,
                                    const onnx::NodeProto& node) {
  const onnx::TensorProto* weight = graph.constant(node.input(1));
  const Dims* pixels = facts.dims(node.output(0));
  if (weight == nullptr || pixels == nullptr || pixels->size() != 4) return std::nullopt;
  const Dims kernel = dims_of(*weight);
  if (kernel.size() != 4 || kernel[2] != kernel[3]) return std::nullopt;
  const Dims strides = ints_attribute(node, "strides");
  const bool is_side_by_side =
      strides == Dims{kernel[2], kernel[3]} && all_are(ints_attribute(node, "pads"), 0) &&
      all_are(ints_attribute(node, "dilations"), 1) && int_attribute(node, "group", 1) == 1;
  if (!is_side_by_side || weight->data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
  PatchEmbedding found{.channels = kernel[1],
                       .size = kernel[2],
                       .down = (*pixels)[2],
                       .across = (*pixels)[3],
                       .width = kernel[0],
                       .pixels = node.input(0),
                       .weight = node.input(1)};
  if (node.input_size() > 2) found.bias = node.input(2);
  const Dims rows{(*pixels)[0], found.down * found.across, found.width};
  StridedView expected = StridedView::whole(*pixels);
  if (!expected.reshape(Dims{rows[0], rows[2], rows[1]}) || !expected.transpose(Dims{0, 2, 1})) {
    return std::nullopt;
  }
  StridedView view = StridedView::whole(*pixels);
  std::string at = node.output(0);
  while (const onnx::NodeProto* mover = graph.only_consumer(at)) {
    if (!move_items(graph, facts, *mover, mover->output(0), view)) break;
    at = mover->output(0);
    if (view == expected) found.rows = at;
  }
  return found.rows.empty() ? std::nullopt : std::optional(found);
}

std::string reshape(Graph& graph, const std::string& value, const Dims& dims) {
  const Dims count{static_cast<std::int64_t>(dims.size())};
  return graph.add("Reshape", {value, graph.add_constant(integer_tensor(dims, count))});
}

bool unfold(Graph& graph, const PatchEmbedding& found) {
  const auto stored = floats_of(*graph.constant(found.weight));
  if (!stored) return false;
  const std::int64_t inputs = found.channels * found.size * found.size;
  std::vector<float> weights(stored->size());
  const auto rows = static_cast<std::size_t>(inputs);
  const auto columns = static_cast<std::size_t>(found.width);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      weights[row * columns + column] = (*stored)[column * rows + row];
    }
  }
  // A size of 0 is that of the input: the batch stays open.
  const std::string grid = reshape(
      graph, found.pixels, {0, found.channels, found.down, found.size, found.across, found.size});
  onnx::NodeProto transpose;
  transpose.set_op_type("Transpose");
  transpose.add_input(grid);
  transpose.add_output("");
  set_attribute(transpose, "perm", Dims{0, 2, 4, 1, 3, 5});
  const std::string patches =
      reshape(graph, graph.add(transpose), {0, found.down * found.across, inputs});
  const auto weight = graph.add_constant(float_tensor(weights, {inputs, found.width}));
  std::string value = graph.add("MatMul", {patches, weight});
  if (!found.bias.empty()) value = graph.add("Add", {value, found.bias});
  graph.replace(found.rows, value);
  return true;
}

}  // namespace

std::size_t unfold_patches(Graph& graph, const Facts& facts, const std::set<std::string>& keep) {
  std::size_t count = 0;
  for (const onnx::NodeProto* node : graph.nodes("Conv")) {
    if (keep.contains(node->output(0))) continue;
    const auto found = match(graph, facts, *node);
    if (found && unfold(graph, *found)) ++count;
  }
  graph.sweep();
  return count;
}

}  // namespace clipdex::model
