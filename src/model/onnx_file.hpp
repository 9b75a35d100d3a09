/// What the model room must know of an ONNX file without running it: the inputs that it declares
/// and the files that hold its weights. The format is protobuf; a small walker of our own reads the
/// few fields, at every start of the program; the optimiser, which needs all of a graph, goes
/// through model/graph_file.hpp. Source of the field numbers: onnx.proto of ONNX IR version 8.
/// Private to this room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::model {

/// A declared input of a graph.
struct GraphInput {
  std::string name;
  std::vector<std::optional<std::int64_t>> dims;  ///< nothing where any size may be given
};

struct OnnxFile {
  std::vector<GraphInput> inputs;                    ///< in the graph's order
  std::vector<std::filesystem::path> external_data;  ///< relative to the graph; each once, sorted
};

/// Walks an ONNX file. Weights are stepped over by their length, so a graph of gigabytes takes no
/// longer than one of kilobytes. External data is found in the initialisers and in constants, those
/// of subgraphs included. Thread-safe. Errors: `not_found`, `unreadable`; `corrupt` (no protobuf,
/// no graph in it, nested beyond any exporter's habit, or external data outside the directory of
/// the graph).
Result<OnnxFile> read_onnx_file(const std::filesystem::path& path);

}  // namespace clipdex::model
