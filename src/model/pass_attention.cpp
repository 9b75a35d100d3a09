#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/linear_match.hpp"
#include "model/movement.hpp"
#include "model/passes.hpp"

namespace clipdex::model {
namespace {

/// How the rows of a sequence lie: [B, T, C] or [T, B, C], the older PyTorch's way.
enum class RowOrder { items_first, rows_first };
constexpr std::array kRowOrders{RowOrder::items_first, RowOrder::rows_first};

/// One softmax of the graph and what was found around it.
struct Attention {
  std::int64_t batch = 0, rows = 0, heads = 0, depth = 0;
  double scale = 1;
  std::string mask;  ///< a constant [T, T]; empty where there is none
  bool is_causal = false;
  std::array<std::string, 3> operands;  ///< of Q, K (as [..., T, d]) and V; K may be transposed
  std::array<Origin, 3> origins;
  RowOrder order = RowOrder::items_first;
  std::string context;  ///< what comes out of probabilities · V

  std::int64_t width() const { return heads * depth; }
};

/// A reason to leave a softmax alone, as the end of a sentence.
struct Unknown {
  std::string why;
};

/// Leaves out axes of one item in front of the square.
bool is_square(const Dims& dims, std::int64_t rows) {
  if (dims.size() < 2 || dims[dims.size() - 1] != rows || dims[dims.size() - 2] != rows) {
    return false;
  }
  return item_count(dims) == rows * rows;
}

/// Finds out what is added to the scores: nothing but a mask that all heads share is known.
void read_mask(Graph& graph, const Facts& facts, const std::string& value, Attention& found) {
  if (!found.mask.empty() || found.is_causal) throw Unknown{"it has two masks"};
  const auto run = facts.values.find(value);
  if (run != facts.values.end() && run->second.is_causal_mask) {
    found.is_causal = true;
    return;
  }
  const onnx::TensorProto* tensor = graph.constant(value);
  const auto items = tensor == nullptr ? std::nullopt : floats_of(*tensor);
  if (!items || !is_square(dims_of(*tensor), found.rows)) {
    throw Unknown{"its mask is neither causal nor a constant"};
  }
  if (is_causal_mask(*items, found.rows)) {
    found.is_causal = true;
  } else {
    found.mask = graph.add_constant(float_tensor(*items, {found.rows, found.rows}));
  }
}

/// From the softmax up to Q·Kᵀ, through masks, scales and reshapes of the leading axes.
void walk_up(Graph& graph, const Facts& facts, const onnx::NodeProto& softmax, Attention& found) {
  std::string value = softmax.input(0);
  for (;;) {
    const onnx::NodeProto* node = graph.producer(value);
    if (node == nullptr) throw Unknown{"its scores come from outside"};
    const auto scaled = scaled_operand(graph, facts, *node);
    if (scaled) {
      found.scale *= scaled->factor;
      value = scaled->operand;
    } else if (node->op_type() == "Add") {
      const auto is_mask = [&](const std::string& input) {
        const auto run = facts.values.find(input);
        return graph.constant(input) != nullptr ||
               (run != facts.values.end() && run->second.is_causal_mask);
      };
      const int place = is_mask(node->input(1)) ? 1 : 0;
      read_mask(graph, facts, node->input(place), found);
      value = node->input(1 - place);
    } else if (node->op_type() == "Reshape" || node->op_type() == "Identity") {
      value = node->input(0);
    } else if (node->op_type() == "MatMul") {
      found.operands[0] = node->input(0);
      found.operands[1] = node->input(1);
      return;
    } else {
      throw Unknown{fmt::format("its scores come from {}", node->op_type())};
    }
    const auto dims = graph.dims(value, facts);
    if (!dims || dims->size() < 2 || dims->back() != found.rows ||
        (*dims)[dims->size() - 2] != found.rows) {
      throw Unknown{"its scores are no squares"};
    }
  }
}

/// From the softmax down to the product with V.
void walk_down(const Graph& graph, const onnx::NodeProto& softmax, Attention& found) {
  std::string value = softmax.output(0);
  for (;;) {
    const onnx::NodeProto* node = graph.only_consumer(value);
    if (node == nullptr) throw Unknown{"its probabilities are used more than once"};
    if (node->op_type() == "MatMul" && node->input(0) == value) {
      found.operands[2] = node->input(1);
      found.context = node->output(0);
      return;
    }
    if (node->op_type() != "Reshape" && node->op_type() != "Identity") {
      throw Unknown{fmt::format("its probabilities go into {}", node->op_type())};
    }
    value = node->output(0);
  }
}

/// The view that one of the three operands must be of what makes it: part `part` of `parts` equal
/// ones side by side, cut into heads.
std::optional<StridedView> expected_view(const Attention& found, const Dims& source, RowOrder order,
                                         std::int64_t part, std::int64_t parts, const Dims& shape,
                                         bool is_transposed) {
  StridedView view = StridedView::whole(source);
  const bool rows_first = order == RowOrder::rows_first;
  const std::int64_t first = rows_first ? found.rows : found.batch;
  const std::int64_t second = rows_first ? found.batch : found.rows;
  Dims order_of_axes = rows_first ? Dims{1, 3, 0, 4, 2} : Dims{0, 3, 1, 4, 2};
  if (is_transposed) std::swap(order_of_axes[2], order_of_axes[3]);
  const bool fits = view.reshape(Dims{first, second, parts, found.heads, found.depth}) &&
                    view.slice(2, part, part + 1) && view.transpose(order_of_axes) &&
                    view.reshape(shape);
  return fits ? std::optional(view) : std::nullopt;
}

/// Whether Q, K and V are parts of one value, or three values of their own, in this row order.
bool matches(const Graph& graph, const Facts& facts, const Attention& found, RowOrder order,
             bool is_packed) {
  for (int place = 0; place < 3; ++place) {
    const Origin& origin = found.origins[place];
    const auto source = graph.dims(origin.source, facts);
    const Dims* shape = facts.dims(found.operands[place]);
    if (!source || shape == nullptr) return false;
    if (is_packed && origin.source != found.origins[0].source) return false;
    const auto expected = expected_view(found, *source, order, is_packed ? place : 0,
                                        is_packed ? 3 : 1, *shape, place == 1);
    if (!expected || *expected != origin.view) return false;
  }
  return true;
}

/// One layer that makes Q, K and V side by side, in the place of the three.
std::string merge_projections(Graph& graph, const Attention& found) {
  std::array<LinearLayer, 3> layers;
  for (int place = 0; place < 3; ++place) {
    const auto layer = linear_of(graph, found.origins[place].source);
    if (!layer) throw Unknown{"its queries, keys and values are not made by linear layers"};
    if (place > 0 && (layer->input != layers[0].input || layer->inputs != layers[0].inputs)) {
      throw Unknown{"its queries, keys and values are made of different inputs"};
    }
    if (layer->outputs != found.width()) throw Unknown{"its heads do not fill its layers"};
    layers[place] = *layer;
  }
  const auto width = static_cast<std::size_t>(found.width());
  const auto inputs = static_cast<std::size_t>(layers[0].inputs);
  std::vector<float> weights(inputs * 3 * width);
  std::vector<float> biases;
  for (std::size_t place = 0; place < 3; ++place) {
    const std::vector<float> part = weights_of(graph, layers[place]);
    if (part.size() != inputs * width) throw Unknown{"its weights cannot be read"};
    for (std::size_t row = 0; row < inputs; ++row) {
      std::copy_n(part.data() + row * width, width, &weights[(row * 3 + place) * width]);
    }
    const std::vector<float> bias = bias_of(graph, layers[place]);
    biases.insert(biases.end(), bias.begin(), bias.end());
  }
  const std::int64_t outputs = 3 * found.width();
  const auto weight = graph.add_constant(float_tensor(weights, {layers[0].inputs, outputs}));
  const auto bias = graph.add_constant(float_tensor(biases, {outputs}));
  return graph.add("Add", {graph.add("MatMul", {layers[0].input, weight}), bias});
}

std::string transpose_rows(Graph& graph, const std::string& value) {
  onnx::NodeProto node;
  node.set_op_type("Transpose");
  node.add_input(value);
  node.add_output("");
  set_attribute(node, "perm", Dims{1, 0, 2});
  return graph.add(node);
}

std::string reshape(Graph& graph, const std::string& value, const Dims& dims) {
  const Dims count{static_cast<std::int64_t>(dims.size())};
  return graph.add("Reshape", {value, graph.add_constant(integer_tensor(dims, count))});
}

/// Q, K and V side by side as [B, T, 3·H·d].
std::string packed_input(Graph& graph, const Facts& facts, const Attention& found, bool is_packed) {
  const Origin& first = found.origins[0];
  const std::size_t rank = facts.dims(first.source)->size();
  if (rank != 3 && (rank != 2 || facts.is_sequence_open)) {
    throw Unknown{"the rows that it works on have lost their items"};
  }
  std::string value = is_packed ? first.source : merge_projections(graph, found);
  const std::int64_t width = 3 * found.width();
  const bool rows_first = found.order == RowOrder::rows_first;
  if (rank == 2) {
    value = reshape(graph, value,
                    rows_first ? Dims{found.rows, -1, width} : Dims{-1, found.rows, width});
  }
  return rows_first ? transpose_rows(graph, value) : value;
}

/// Lets what comes behind the attention take `value`, [B, T, H·d], in the place of the last value
/// of the chain that puts the heads side by side again. @return false where no such chain is known
bool connect_output(Graph& graph, const Facts& facts, const Attention& found,
                    const std::string& value) {
  const Dims* start = facts.dims(found.context);
  if (start == nullptr) return false;
  StridedView heads = StridedView::whole(*start);
  if (!heads.reshape(Dims{found.batch, found.heads, found.rows, found.depth})) return false;
  StridedView view = StridedView::whole(*start);
  std::string end;
  RowOrder order = RowOrder::items_first;
  std::string at = found.context;
  while (const onnx::NodeProto* node = graph.only_consumer(at)) {
    if (!move_items(graph, facts, *node, node->output(0), view)) break;
    at = node->output(0);
    for (const RowOrder candidate : kRowOrders) {
      StridedView expected = heads;
      const bool rows_first = candidate == RowOrder::rows_first;
      const bool fits = expected.transpose(rows_first ? Dims{2, 0, 1, 3} : Dims{0, 2, 1, 3}) &&
                        expected.reshape(*facts.dims(at)) &&
                        facts.dims(at)->back() == found.width();
      if (!fits || expected != view) continue;
      end = at;
      order = candidate;
    }
  }
  if (end.empty()) return false;
  std::string result = order == RowOrder::rows_first ? transpose_rows(graph, value) : value;
  const Dims& dims = *facts.dims(end);
  if (dims.size() == 2) result = reshape(graph, result, {-1, found.width()});
  if (dims.size() > 3) return false;
  graph.replace(end, result);
  return true;
}

void read_sizes(const Facts& facts, Attention& found) {
  const Dims* query = facts.dims(found.operands[0]);
  if (query == nullptr || query->size() < 3) throw Unknown{"the shape of its queries is unknown"};
  found.batch = facts.batch;
  found.depth = query->back();
  const std::int64_t squares = item_count(*query) / (found.rows * found.depth);
  if (squares % found.batch != 0) throw Unknown{"its queries are not those of all items"};
  found.heads = squares / found.batch;
}

/// Rewrites one softmax, or throws `Unknown`.
void fuse(Graph& graph, const Facts& facts, const onnx::NodeProto& softmax) {
  Attention found;
  const Dims* scores = facts.dims(softmax.output(0));
  if (scores == nullptr || scores->size() < 3) throw Unknown{"its shape is unknown"};
  found.rows = scores->back();
  const std::int64_t axis = int_attribute(softmax, "axis", graph.opset() < 13 ? 1 : -1);
  if (axis != -1 && axis != static_cast<std::int64_t>(scores->size()) - 1) {
    throw Unknown{"it is not over the last axis"};
  }
  walk_up(graph, facts, softmax, found);
  walk_down(graph, softmax, found);
  read_sizes(facts, found);
  for (int place = 0; place < 3; ++place) {
    const auto origin = find_origin(graph, facts, found.operands[place]);
    if (!origin) throw Unknown{"the way of its queries, keys and values is unknown"};
    found.origins[place] = *origin;
  }
  if (found.origins[2].factor != 1) throw Unknown{"its values are scaled"};
  found.scale *= found.origins[0].factor * found.origins[1].factor;
  for (const bool is_packed : {true, false}) {
    for (const RowOrder order : kRowOrders) {
      if (!matches(graph, facts, found, order, is_packed)) continue;
      found.order = order;
      onnx::NodeProto node;
      node.set_op_type("Attention");
      node.set_domain(std::string(kOwnDomain));
      node.add_input(packed_input(graph, facts, found, is_packed));
      if (!found.mask.empty()) node.add_input(found.mask);
      node.add_output("");
      set_attribute(node, "heads", found.heads);
      set_attribute(node, "scale", static_cast<float>(found.scale));
      set_attribute(node, "causal", std::int64_t{found.is_causal});
      set_attribute(node, "queries", std::int64_t{0});
      if (connect_output(graph, facts, found, graph.add(node))) return;
      throw Unknown{"its heads are put together in an unknown way"};
    }
  }
  throw Unknown{"its heads are laid out in an unknown way"};
}

}  // namespace

PassOutcome fuse_attention(Graph& graph, const Facts& facts) {
  std::vector<std::string> values;
  for (const onnx::NodeProto* softmax : graph.nodes("Softmax")) {
    values.push_back(softmax->output(0));
  }
  if (values.empty()) return {.applied = false, .detail = "the graph has no softmax"};
  std::size_t fused = 0;
  std::string why;
  for (const std::string& value : values) {
    try {
      fuse(graph, facts, *graph.producer(value));
      graph.sweep();
      ++fused;
    } catch (const Unknown& unknown) {
      graph.sweep();  // Of what was added before the reason was found.
      why = fmt::format("{} left alone: {}", value, unknown.why);
    }
  }
  std::string detail = fmt::format("{} of {} softmaxes", fused, values.size());
  if (!why.empty()) detail += "; " + why;
  return {.applied = fused > 0, .detail = std::move(detail)};
}

}  // namespace clipdex::model
