/// Operators that treat each row of a sequence alone. Private to this room.
#pragma once

#include <optional>
#include <vector>

#include "model/graph.hpp"

namespace clipdex::model {

/// The places of the inputs that hold rows, [..., T, C] or [..., T, 1], of a node that makes each
/// row of its output from the same row of these alone; its other inputs are constants that are the
/// same for all rows. Nothing for any other node.
std::optional<std::vector<int>> row_inputs(const Graph& graph, const onnx::NodeProto& node);

}  // namespace clipdex::model
