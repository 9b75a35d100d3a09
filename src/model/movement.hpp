/// Chains of nodes that only move items, or scale all of them alike. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "model/graph.hpp"
#include "model/strided_view.hpp"

namespace clipdex::model {

/// Applies what a node does to the places of items on the way to one of its outputs. `false` when
/// it is no Reshape, Transpose, Squeeze, Unsqueeze, Flatten, Identity, Cast to float32, Gather of
/// one place, Slice or Split, or its shapes are unknown.
bool move_items(const Graph& graph, const Facts& facts, const onnx::NodeProto& node,
                const std::string& output, StridedView& view);

/// Where the items of a value come from.
struct Origin {
  std::string source;  ///< the first value up the chain that is more than moved and scaled items
  StridedView view;    ///< of the source
  double factor = 1;   ///< by which each item was multiplied on the way
};

/// Walks from a value up through movements and multiplications with numbers, as far as it goes;
/// nothing where shapes are unknown.
std::optional<Origin> find_origin(const Graph& graph, const Facts& facts, const std::string& value);

/// The operand and the number of a Mul or Div by a number; nothing for any other node.
struct Scaled {
  std::string operand;
  double factor = 1;
};
std::optional<Scaled> scaled_operand(const Graph& graph, const Facts& facts,
                                     const onnx::NodeProto& node);

}  // namespace clipdex::model
