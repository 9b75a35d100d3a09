/// Describing models without running them: what lies in a package, and which packages there are.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clipdex::library {

/// What was found in a package, as pairs of a short label and a value, in the order to be shown.
using ModelFacts = std::vector<std::pair<std::string, std::string>>;

/// Reads a package by directory or name (empty: the demo model) and describes it: layout, files,
/// preprocessing, text conventions, identity. Throws `Exception` with one sentence when it is not
/// whole.
ModelFacts describe_model(std::string_view directory_or_name);

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
