#include <fmt/format.h>

#include <algorithm>

#include "model/activation_match.hpp"
#include "model/linear_match.hpp"
#include "model/passes.hpp"
#include "model/patches.hpp"
#include "model/quantized_weights.hpp"

namespace clipdex::model {
namespace {

/// Rewrites one graph, layer by layer, and counts what it folded.
class Quantisation {
 public:
  Quantisation(Graph& graph, const Facts& facts, const std::set<std::string>& keep)
      : graph_(graph), facts_(facts), keep_(keep) {}

  PassOutcome run() {
    patches_ = unfold_patches(graph_, facts_, keep_);
    std::vector<std::string> products;
    for (const onnx::NodeProto* node : graph_.nodes()) products.push_back(node->output(0));
    std::string why;
    for (const std::string& value : products) {
      const onnx::NodeProto* node = graph_.producer(value);
      const auto layer = node == nullptr ? std::nullopt : match_linear(graph_, *node);
      if (!layer || keep_.contains(layer->output)) continue;
      if (const auto error = quantise(*layer)) why = fmt::format("; {}: {}", layer->output, *error);
    }
    if (layers_.empty()) return {.applied = false, .detail = "the graph has no linear layer" + why};
    return {.applied = true,
            .detail = fmt::format("{} layers, of them {} of patches; folded {} layer norms, {} "
                                  "activations, {} residuals; {} layers left in float32{}",
                                  layers_.size(), patches_, norms_, activations_, residuals_,
                                  keep_.size(), why),
            .sequence_input = {},
            .layers = layers_};
  }

 private:
  std::optional<std::string> quantise(const LinearLayer& layer) {
    const std::vector<float> weights = weights_of(graph_, layer);
    const auto quantised =
        quantise_weights(weights, static_cast<std::size_t>(layer.inputs),
                         static_cast<std::size_t>(layer.outputs), WeightOrder::inputs_by_outputs);
    if (!quantised) return quantised.error().message;
    onnx::NodeProto node;
    node.set_op_type("QuantizedLinear");
    node.set_domain(std::string(kOwnDomain));
    node.add_input(layer.input);
    add_weights(node, quantised.value());
    node.add_input(layer.bias);
    fold_norm(node);
    std::string end = layer.output;
    const auto activation = match_activation(graph_, end);
    if (activation) end = activation->output;
    activations_ += activation ? 1 : 0;
    fold_residual(node, end);
    node.add_output("");
    set_attribute(node, "K", layer.inputs);
    set_attribute(node, "N", layer.outputs);
    set_attribute(node, "activation", activation ? std::string_view(activation->name) : "");
    const std::string value = graph_.add(node);
    if (const Dims* dims = facts_.dims(end)) facts_.values[value].dims = *dims;
    graph_.replace(end, value);
    graph_.sweep();
    layers_.push_back(layer.output);
    return std::nullopt;
  }

  void add_weights(onnx::NodeProto& node, const QuantizedWeights& weights) {
    const auto panels = static_cast<std::int64_t>(panel_count(weights.outputs));
    const auto groups = static_cast<std::int64_t>(group_count(weights.inputs));
    const Dims dims{panels, groups, kPanelOutputs, kGroupInputs};
    const Dims outputs{static_cast<std::int64_t>(weights.outputs)};
    node.add_input(graph_.add_constant(int8_tensor(weights.codes, dims)));
    node.add_input(graph_.add_constant(float_tensor(weights.scales, outputs)));
    node.add_input(graph_.add_constant(int32_tensor(weights.sums, outputs)));
  }

  /// The layer norm in front, when nobody but this layer takes what it makes.
  void fold_norm(onnx::NodeProto& node) {
    const onnx::NodeProto* norm = graph_.producer(node.input(0), "LayerNormalization");
    const bool is_whole = norm != nullptr && norm->input_size() == 3 && norm->output_size() == 1 &&
                          int_attribute(*norm, "axis", -1) == -1 &&
                          graph_.only_consumer(norm->output(0)) != nullptr &&
                          graph_.constant(norm->input(1)) != nullptr &&
                          graph_.constant(norm->input(2)) != nullptr;
    node.add_input(is_whole ? norm->input(1) : std::string());
    node.add_input(is_whole ? norm->input(2) : std::string());
    if (!is_whole) return;
    node.set_input(0, norm->input(0));
    set_attribute(node, "epsilon", float_attribute(*norm, "epsilon", 1e-5F));
    ++norms_;
  }

  /// An addition of another value of the same shape behind, which becomes part of the layer.
  void fold_residual(onnx::NodeProto& node, std::string& end) {
    const onnx::NodeProto* add = graph_.only_consumer(end);
    if (add == nullptr || add->op_type() != "Add" || add->input(0) == add->input(1)) return;
    const std::string other = add->input(add->input(0) == end ? 1 : 0);
    const Dims* dims = facts_.dims(other);
    const Dims* sum = facts_.dims(add->output(0));
    const Dims* product = facts_.dims(end);
    if (dims == nullptr || sum == nullptr || product == nullptr) return;
    if (graph_.constant(other) != nullptr || *dims != *sum || *product != *sum) return;
    node.add_input(other);
    end = add->output(0);
    ++residuals_;
  }

  Graph& graph_;
  Facts facts_;  // A copy, to which what was made here is added.
  const std::set<std::string>& keep_;
  std::vector<std::string> layers_;
  std::size_t patches_ = 0, norms_ = 0, activations_ = 0, residuals_ = 0;
};

}  // namespace

PassOutcome quantise_linear(Graph& graph, const Facts& facts, const std::set<std::string>& keep) {
  return Quantisation(graph, facts, keep).run();
}

}  // namespace clipdex::model
