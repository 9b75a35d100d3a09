/// The stage that decides which files have to be read at all.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "indexer/outcome.hpp"
#include "indexer/pipeline.hpp"
#include "indexer/scan.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// Hands one file on: a candidate to the decoders, an outcome to the store. Answers false when no
/// more is wanted.
using EmitFile = std::function<bool(std::variant<Candidate, Outcome>&&)>;

/// Produces files until it has no more or `emit` answers false.
using FileSource = std::function<void(const EmitFile& emit)>;

/// Compares a file with what the library knows of its path: a candidate when it is new, changed,
/// lacks a vector of the model, or failed before for a reason that did not lie in its bytes
/// (`retry_failed`: for any reason); else an outcome `unchanged`.
std::variant<Candidate, Outcome> classify(const store::Catalogue& library, store::ModelId model,
                                          bool retry_failed, ScannedFile&& file);

/// Scans every scope of a job and emits its files. @return one report per scope that was begun.
std::vector<ScanReport> scan_scopes(const IndexJob& job, const EmitFile& emit);

/// Emits candidates that have to pass through the stages again.
void emit_again(std::vector<Candidate>& candidates, const EmitFile& emit);

}  // namespace clipdex::indexer
