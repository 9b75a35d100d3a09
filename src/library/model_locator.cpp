#include "library/model_locator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include "base/directories.hpp"

namespace clipdex::library {
namespace fs = std::filesystem;
namespace {

bool folder_exists(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

}  // namespace

fs::path demo_model_directory() { return program_data_directory() / "models" / "demo"; }

std::vector<fs::path> model_shelves() {
  std::vector<fs::path> shelves;
  if (const fs::path user = user_data_directory(); !user.empty())
    shelves.push_back(user / "models");
  shelves.push_back(program_data_directory() / "models");
  return shelves;
}

Result<fs::path> locate_model(std::string_view directory_or_name) {
  if (directory_or_name.empty()) {
    const fs::path demo = demo_model_directory();
    if (folder_exists(demo)) return demo;
    return Error{ErrorCode::not_found,
                 fmt::format("the demo model is missing from this installation ({}); name a model "
                             "package with --model DIR",
                             demo.native())};
  }
  const fs::path path(directory_or_name);
  if (folder_exists(path)) return path;
  if (directory_or_name.find('/') != std::string_view::npos) {
    return Error{ErrorCode::not_found,
                 fmt::format("there is no model package at {}; give the directory that holds its "
                             "ONNX files",
                             path.native())};
  }
  std::string looked_at;
  for (const fs::path& shelf : model_shelves()) {
    if (folder_exists(shelf / path)) return shelf / path;
    looked_at += (looked_at.empty() ? "" : " and ") + shelf.native();
  }
  return Error{
      ErrorCode::not_found,
      fmt::format("there is no model called '{}' here or in {}; `clipdex model list` shows "
                  "what there is",
                  directory_or_name, looked_at)};
}

std::vector<fs::path> installed_models() {
  std::vector<fs::path> models;
  std::set<fs::path> names;
  for (const fs::path& shelf : model_shelves()) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(shelf, error)) {
      if (entry.is_directory(error) && names.insert(entry.path().filename()).second) {
        found.push_back(entry.path());
      }
    }
    std::sort(found.begin(), found.end());
    models.insert(models.end(), found.begin(), found.end());
  }
  return models;
}

}  // namespace clipdex::library
