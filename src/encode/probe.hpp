/// Runs graphs for the optimiser: what every value looks like, so that its passes need not infer
/// shapes. Private to this room.
#pragma once

#include <filesystem>
#include <vector>

#include "model/graph.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::encode {

/// Items to run a tower on.
struct ProbeItems {
  int image_size = 0;                             ///< pixels a side
  std::vector<std::vector<text::TokenId>> texts;  ///< at least one, special tokens included
  text::TokenId pad_id = 0;
};

/// A graph file after ONNX Runtime's own simplification, with all weights in memory. Throws
/// `Exception` as `OrtSession` does, and `unsupported` for graphs that the optimiser cannot take.
/// @param scratch a directory, in which files are written and left
model::Graph simplify_graph(const std::filesystem::path& file,
                            const std::filesystem::path& scratch);

/// Runs a graph twice with every value as an output, on three and on five items (or as many as it
/// takes); texts of a graph that takes any length have seven and eleven ids. Throws as above, and
/// `internal` when it fails.
model::Facts probe_graph(const model::Graph& graph, const ProbeItems& items,
                         const std::filesystem::path& scratch);

}  // namespace clipdex::encode
