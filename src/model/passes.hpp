/// The passes of the model optimiser: each rewrites what it knows in a graph and says what it did.
/// They run nothing; room encode runs the graph before and after, and proves it.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.hpp"

namespace clipdex::model {

/// What a pass did.
struct PassOutcome {
  bool applied = false;
  std::string detail{};               ///< what was changed, or why nothing was
  std::string sequence_input{};       ///< of `stop_text_at_end`: the input whose length it opened
  std::vector<std::string> layers{};  ///< of `quantise_linear`: the layers that it quantised
};

/// A float16 graph computes in float32: ONNX Runtime has float16 kernels for few operators on a
/// processor. Inputs and outputs keep their types.
PassOutcome widen_float16(Graph& graph, const Facts& facts);

/// Shapes that exporters compute from those of inner values become constants, or are taken from the
/// input of the graph, so that no inner value is needed for its shape.
PassOutcome settle_shapes(Graph& graph, const Facts& facts);

/// ReduceMean, Sub, Pow, … as exporters write a layer norm become one LayerNormalization.
PassOutcome fuse_layer_norm(Graph& graph, const Facts& facts);

/// Softmax(Q·Kᵀ·scale + mask)·V with its reshapes becomes the operator `Attention`; the layers that
/// make Q, K and V become one.
PassOutcome fuse_attention(Graph& graph, const Facts& facts);

/// Linear layers between two reshapes work on all axes, and transposes of the first two axes move
/// down through what treats each row alone until they meet and cancel.
PassOutcome settle_rows(Graph& graph, const Facts& facts);

/// Where only the first row of a sequence is taken in the end, the last block computes only that
/// row. Needs `fuse_attention` before it.
PassOutcome narrow_to_pooled_token(Graph& graph, const Facts& facts);

/// A causal text tower takes texts of any length, so that nothing behind the end of the text is
/// computed. Needs `fuse_attention` before it.
PassOutcome stop_text_at_end(Graph& graph, const Facts& facts);

/// Linear layers become `QuantizedLinear` with int8 weights, and take over what lies around them:
/// layer norm, bias, activation, residual. Layers whose output is named in `keep` stay as they are.
PassOutcome quantise_linear(Graph& graph, const Facts& facts, const std::set<std::string>& keep);

/// A pass that leaves the vectors as they are, but for the last bits.
struct ExactPass {
  std::string_view name;
  PassOutcome (*run)(Graph& graph, const Facts& facts);
};

/// The exact passes, in the order in which they must run.
std::span<const ExactPass> exact_passes() noexcept;

}  // namespace clipdex::model
