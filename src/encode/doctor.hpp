/// The model doctor: proves a package by loading and running it, and says what it found, check by
/// check.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace clipdex::encode {

enum class CheckState {
  passed,
  failed,   ///< the model cannot be used, or not be trusted; `detail` says what to do
  skipped,  ///< not looked at; `detail` says why
};

/// The outcome of one check.
struct Check {
  std::string name;  ///< what was looked at, in a few words: "image batch"
  CheckState state = CheckState::skipped;
  std::string detail;  ///< what was found: a number, a shape, or the sentence of an error
};

/// Examines the model package in a directory: its files and identity; inputs and outputs of both
/// towers; vectors of unit length, the same alone and in a batch (cosine within 1e-4) and the same
/// again; a text that is too long keeps its end token; both towers of one dimension; the
/// reference data, where the package brings `expected.json` (docs/formats/model-package.md); how
/// often titles find their pictures in an album, which is reported and not judged; and the
/// optimised variants, where there are any.
///
/// A check that cannot be made because an earlier one failed is left out. Never throws for what is
/// wrong with the package. Takes as long as loading both towers and encoding a dozen items and the
/// album.
/// @param album a folder of pictures named as `examine_album` reads them; may be empty or absent
std::vector<Check> examine_package(const std::filesystem::path& directory,
                                   const std::filesystem::path& album);

}  // namespace clipdex::encode
