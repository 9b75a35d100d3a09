#include <fmt/format.h>

#include <map>
#include <set>

#include "model/passes.hpp"
#include "model/row_wise.hpp"

namespace clipdex::model {
namespace {

/// Gather of row 0 of [B, T, C], which leaves [B, C].
bool takes_first_row(const Graph& graph, const Facts& facts, const onnx::NodeProto& node) {
  const Dims* dims = facts.dims(node.input(0));
  const onnx::TensorProto* place = graph.constant(node.input(1));
  return dims != nullptr && dims->size() == 3 && int_attribute(node, "axis", 0) == 1 &&
         place != nullptr && place->dims_size() == 0 && graph.scalar(node.input(1), facts) == 0.0;
}

/// Makes values with the first row alone, [B, 1, C], from the last attention on.
class Narrowing {
 public:
  Narrowing(Graph& graph, const Facts& facts) : graph_(graph), facts_(facts) {}

  /// The narrow twin of a value, or nothing when no attention lies behind it, or something that is
  /// no work on rows.
  std::optional<std::string> run(const std::string& value) {
    find_attention(value);
    if (!attention_) return std::nullopt;
    collect_ancestors(attention_->input(0));
    return narrow(value);
  }

 private:
  /// The nearest attention above, through work on rows.
  void find_attention(const std::string& value) {
    std::vector<std::string> front{value};
    std::set<std::string> seen;
    for (std::size_t at = 0; at < front.size() && attention_ == nullptr; ++at) {
      const onnx::NodeProto* node = graph_.producer(front[at]);
      if (node == nullptr || !seen.insert(front[at]).second) continue;
      if (node->op_type() == "Attention" && node->domain() == kOwnDomain) attention_ = node;
      const auto rows = row_inputs(graph_, *node);
      if (!rows) continue;
      for (const int place : *rows) front.push_back(node->input(place));
    }
  }

  void collect_ancestors(const std::string& value) {
    std::vector<std::string> open{value};
    while (!open.empty()) {
      const std::string at = open.back();
      open.pop_back();
      const onnx::NodeProto* node = graph_.producer(at);
      if (node == nullptr || !ancestors_.insert(at).second) continue;
      open.insert(open.end(), node->input().begin(), node->input().end());
    }
  }

  std::optional<std::string> narrow(const std::string& value) {
    const auto known = narrowed_.find(value);
    if (known != narrowed_.end()) return known->second;
    auto made = make(value);
    if (made) narrowed_[value] = *made;
    return made;
  }

  std::optional<std::string> make(const std::string& value) {
    const Dims* dims = facts_.dims(value);
    const onnx::NodeProto* node = graph_.producer(value);
    if (dims == nullptr || dims->size() != 3 || node == nullptr) return std::nullopt;
    // What the attention needs in full is there already: one row of it is cut out.
    if (ancestors_.contains(value)) {
      const auto constant = [this](std::int64_t number) {
        return graph_.add_constant(integer_tensor(Dims{number}, {1}));
      };
      return graph_.add("Slice", {value, constant(0), constant(1), constant(1)});
    }
    onnx::NodeProto twin = *node;
    if (node == attention_) {
      twin.clear_attribute();
      for (const auto& attribute : node->attribute()) {
        if (attribute.name() != "queries") *twin.add_attribute() = attribute;
      }
      set_attribute(twin, "queries", std::int64_t{1});
      return graph_.add(twin);
    }
    const auto rows = row_inputs(graph_, *node);
    if (!rows || node->output_size() != 1) return std::nullopt;
    for (const int place : *rows) {
      const auto input = narrow(node->input(place));
      if (!input) return std::nullopt;
      twin.set_input(place, *input);
    }
    return graph_.add(twin);
  }

  Graph& graph_;
  const Facts& facts_;
  const onnx::NodeProto* attention_ = nullptr;
  std::set<std::string> ancestors_;
  std::map<std::string, std::string> narrowed_;
};

}  // namespace

PassOutcome narrow_to_pooled_token(Graph& graph, const Facts& facts) {
  for (onnx::NodeProto* gather : graph.nodes("Gather")) {
    if (!takes_first_row(graph, facts, *gather)) continue;
    const auto narrow = Narrowing(graph, facts).run(gather->input(0));
    if (!narrow) continue;
    graph.set_input(*gather, 0, *narrow);
    graph.sweep();
    return {.applied = true, .detail = "the last block computes the first of its rows alone"};
  }
  graph.sweep();
  return {.applied = false,
          .detail = "the graph does not end in the first row of a block that is known"};
}

}  // namespace clipdex::model
