/// Describing models without running them (what lies in a package, and which packages there are),
/// and making faster ones of them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clipdex/types.hpp"
#include "encode/optimize.hpp"

namespace clipdex::library {

/// What was found in a package, as pairs of a short label and a value, in the order to be shown.
using ModelFacts = std::vector<std::pair<std::string, std::string>>;

/// Reads a package by directory or name (empty: the demo model) and describes it: layout, files,
/// preprocessing, text conventions, identity, variants. Throws `Exception` with one sentence when
/// it is not whole.
ModelFacts describe_model(std::string_view directory_or_name);

/// Writes optimised variants of a package (docs/adr/0010-model-optimizer.md).
struct OptimizeRequest {
  std::string model;  ///< a directory or name; empty: the demo model
  ModelPrecision precision = ModelPrecision::automatic;  ///< which variant; automatic: int8
  std::filesystem::path images;  ///< a folder of images for the proof; empty: the sample album
  std::string program_version;
  std::function<bool(std::string_view)> progress;  ///< as in encode/optimize.hpp
};

/// Throws `Exception` as `encode::optimize_package` does, and `not_found` when there is no such
/// model or folder, or no image in the folder.
std::vector<encode::VariantReport> optimize_model(const OptimizeRequest& request);

/// One line of a list of models.
struct ListedModel {
  std::string name;
  std::string directory;
  std::string layout;   ///< empty when the directory holds no package
  std::string problem;  ///< one sentence then
};

/// Every directory on the shelves where models are looked up by name.
std::vector<ListedModel> list_models();

}  // namespace clipdex::library
