/// The patch embedding of a vision transformer: a convolution whose windows lie side by side.
/// Private to this room.
#pragma once

#include <set>
#include <string>

#include "model/graph.hpp"

namespace clipdex::model {

/// Turns every such convolution, with the reshape and transpose that make rows of its patches, into
/// the same linear layer on rows of pixels: MatMul, and Add where it has a bias. Those whose value
/// is named in `keep` stay. @return how many were turned
std::size_t unfold_patches(Graph& graph, const Facts& facts, const std::set<std::string>& keep);

}  // namespace clipdex::model
