/// Optimises one tower of a model: runs the passes of room model one after the other and keeps each
/// only when the vectors prove it. Private to this room.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "encode/probe.hpp"
#include "encode/proof.hpp"
#include "model/graph.hpp"
#include "model/passes.hpp"
#include "model/variant.hpp"

namespace clipdex::encode {

/// A graph and how it is fed.
struct TowerGraph {
  model::Graph graph;
  bool text_stops_at_end = false;
};

/// Gives the vectors of a graph for the proof. `is_sample` asks for a few of the items only, in
/// order. Throws `Exception` when the graph does not run.
using EncodeTower = std::function<std::vector<Embedding>(const TowerGraph& tower, bool is_sample)>;

/// What belongs to the tower that is optimised.
struct TowerTask {
  std::string name;  ///< "image" or "text", for the report
  std::filesystem::path file;
  std::span<const std::string_view> output_names;  ///< the first that the graph declares is kept
  ProbeItems probe_items;
  EncodeTower encode;
  std::vector<Embedding> original;         ///< of all items
  std::vector<Embedding> original_sample;  ///< of those of the sample
  std::filesystem::path scratch;
};

/// One tower on its way from the original to its variants. The exact passes run once; every form
/// starts from their result.
class TowerOptimizer {
 public:
  /// Simplifies the graph and runs the exact passes. A graph that the optimiser cannot take stays
  /// as it is, and the report says why. Throws `Exception` when the disk is full, or to stop.
  explicit TowerOptimizer(TowerTask task);

  /// A tower that was proved, or the reason why there is none.
  struct Form {
    std::optional<TowerGraph> tower;
    std::vector<model::PassRecord> passes;
    model::ProofRecord proof;
    std::string problem;      ///< one sentence, where there is no tower
    bool is_changed = false;  ///< some pass was applied
  };

  Form float32();

  /// As many linear layers in int8 as the proof allows: where all of them are too many, those whose
  /// absence helps most stay in float32, an eighth at a time.
  Form int8();

 private:
  void run_exact_passes();
  Form prove(const TowerGraph& tower, Threshold threshold);
  Agreement agreement(const TowerGraph& tower, bool is_sample) const;
  TowerGraph quantised(const std::set<std::string>& keep, model::PassOutcome& outcome) const;
  std::set<std::string> worst_group(const std::vector<std::string>& layers,
                                    const std::set<std::string>& kept) const;

  TowerTask task_;
  std::optional<TowerGraph> exact_;
  model::Facts facts_;  ///< of `exact_`; empty where the graph could not be taken
  bool is_known_ = false;
  std::vector<model::PassRecord> records_;
};

}  // namespace clipdex::encode
