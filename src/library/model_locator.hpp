/// From what a user calls a model to the directory of its package.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::library {

/// The directory of the bundled demo model; it exists in every whole installation.
std::filesystem::path demo_model_directory();

/// Where installed models live, in the order in which a name is looked up: the user's, the
/// program's.
std::vector<std::filesystem::path> model_shelves();

/// The directory that a `--model` value means: a path when it holds a '/' or names a directory
/// here, else the name of a model on one of the shelves; empty means the demo model. Errors:
/// `not_found`, with the places that were looked at.
Result<std::filesystem::path> locate_model(std::string_view directory_or_name);

/// Every directory on the shelves, by name, those of the user first; a name is listed once.
std::vector<std::filesystem::path> installed_models();

}  // namespace clipdex::library
