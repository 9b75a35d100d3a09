/// The optimised variants of a package: where they lie, what their manifest says, and which one
/// runs. docs/formats/model-package.md describes the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "model/package.hpp"

namespace clipdex::model {

/// The version of the manifest that this program writes, and the only one that it takes.
inline constexpr int kManifestFormat = 1;

/// "int8" or "float32": the name of the directory. `automatic` has none.
std::string_view precision_name(ModelPrecision precision) noexcept;

/// What one pass did to one tower.
struct PassRecord {
  std::string tower;  ///< "image" or "text"
  std::string name;
  bool applied = false;
  std::string detail;  ///< what was changed, or why nothing was
};

/// How near the vectors of a variant are to those of the original: cosines.
struct ProofRecord {
  std::string tower;
  std::uint64_t count = 0;  ///< pictures or texts
  double median = 0;
  double worst = 0;
  double median_min = 0;  ///< what it had to reach
  double worst_min = 0;
};

/// The content of a `manifest.json`.
struct Manifest {
  std::string program_version;
  bool text_stops_at_end = false;
  std::map<std::string, std::string> originals;  ///< SHA-256 by path relative to the package
  std::map<std::string, std::string> files;      ///< SHA-256 by name, of the variant's own files
  std::vector<PassRecord> passes;
  std::vector<ProofRecord> proofs;
};

/// DIR/optimized/int8 and the like.
std::filesystem::path variant_directory(const Package& package, ModelPrecision precision);

/// Reads the text of a manifest. @param file names it in messages
/// Errors: `corrupt` (no manifest: says what is wrong), `unsupported` (of another format).
Result<Manifest> parse_manifest(std::string_view text, std::string_view file);

/// Errors: as above, and `not_found` (no such file).
Result<Manifest> read_manifest(const std::filesystem::path& file);

/// The manifest as JSON, with a line break at its end.
std::string manifest_text(const Manifest& manifest);

/// The SHA-256 of the files that decide a package's vectors, as a manifest holds them. Errors:
/// those of `package_files` and of reading.
Result<std::map<std::string, std::string>> original_hashes(const Package& package);

/// The variant in a directory, when it is whole and was made from exactly these originals. Errors:
/// `not_found` (there is none), `corrupt` (it is stale or broken: one sentence that says why and
/// what to do).
Result<Variant> open_variant(const Package& package, ModelPrecision precision);

/// The package with the variant that is to run. A variant that is stale or broken is never used:
/// one warning goes to the log, and the original runs. Errors: those of `open_variant` for `int8`,
/// which nothing else stands in for.
Result<Package> with_variant(Package package, ModelPrecision precision);

}  // namespace clipdex::model
