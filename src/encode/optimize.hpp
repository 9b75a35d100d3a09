/// The model optimiser: writes a faster variant of a package beside it, once the vectors prove that
/// it is one. docs/adr/0010-model-optimizer.md says how it works.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "model/variant.hpp"

namespace clipdex::encode {

/// What to write, and with what to prove it.
struct OptimizeOptions {
  std::vector<ModelPrecision> precisions{ModelPrecision::int8};  ///< not `automatic`
  std::vector<std::filesystem::path> images;  ///< files; those that are no images are passed over
  std::string program_version;                ///< goes into the manifest

  /// Called with what is being done, in a few words; an answer of false stops the run, which then
  /// throws `stopped` and leaves nothing. May be empty.
  std::function<bool(std::string_view)> progress;
};

/// What became of one variant.
struct VariantReport {
  ModelPrecision precision = ModelPrecision::int8;
  std::filesystem::path directory;
  bool written = false;
  std::string problem;       ///< why it was not written, as a sentence
  model::Manifest manifest;  ///< what was done and proved, written or not
};

/// Optimises a package and writes the variants that pass their proof to DIR/optimized, each at once
/// in the place of an older one; a variant that does not pass leaves an older one as it is. Throws
/// `Exception`: those of loading the package; `write_failed`, `disk_full` (nothing is left half
/// done); `busy` (another process optimises the package); `stopped`.
std::vector<VariantReport> optimize_package(const model::Package& package,
                                            const OptimizeOptions& options);

}  // namespace clipdex::encode
