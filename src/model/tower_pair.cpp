// Two folders in one, each with one tower as Hugging Face's libraries save it: Qdrant publishes
// CLIP as two repositories, clip-ViT-B-32-vision and clip-ViT-B-32-text.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <system_error>
#include <vector>

#include "model/json_file.hpp"
#include "model/layouts.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kGraphs{"model.onnx", "onnx/model.onnx"};
constexpr std::string_view kOfImages = "preprocessor_config.json";
constexpr std::string_view kOfTexts = "tokenizer.json";

std::optional<fs::path> graph_in(const fs::path& directory) {
  for (const std::string_view graph : kGraphs) {
    if (has_file(directory, graph)) return directory / graph;
  }
  return std::nullopt;
}

bool is_tower(const fs::path& directory, std::string_view description) {
  return graph_in(directory) && has_file(directory, description);
}

/// The folders inside of this one that hold a tower of the kind with that description.
std::vector<fs::path> towers(const fs::path& directory, std::string_view description) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (is_tower(entry->path(), description)) found.push_back(entry->path());
  }
  return found;
}

bool recognises(const fs::path& directory) {
  return graph_in(directory) || !towers(directory, kOfImages).empty() ||
         !towers(directory, kOfTexts).empty();
}

fs::path only_tower(const fs::path& directory, std::string_view kind,
                    std::string_view description) {
  const std::vector<fs::path> found = towers(directory, description);
  if (found.size() == 1) return found.front();
  throw Exception(
      found.empty() ? ErrorCode::not_found : ErrorCode::unsupported,
      fmt::format("{} has {} with the {} tower (model.onnx and {}); put the folder of the image "
                  "tower and that of the text tower, and no others, into one folder, and name that",
                  directory.native(), found.empty() ? "no folder" : "more than one folder", kind,
                  description));
}

Package read(const fs::path& directory) {
  if (graph_in(directory)) {
    throw Exception(
        ErrorCode::not_found,
        fmt::format("{} holds one tower of a model (model.onnx); put it and the folder of the "
                    "other tower into one folder, and name that",
                    directory.native()));
  }
  const fs::path visual = only_tower(directory, "image", kOfImages);
  const fs::path textual = only_tower(directory, "text", kOfTexts);
  Package package;
  package.visual_graph = graph_in(visual).value();
  package.textual_graph = graph_in(textual).value();
  package.tokenizer_file = textual / kOfTexts;
  const auto preprocess = visual / kOfImages;
  const auto tokenizer_config = require_file(textual, "tokenizer_config.json", kTowerPair);

  const std::string text = read_json_object(preprocess).dump();
  package.preprocess = parse_hugging_face_preprocess(text, preprocess.native()).value_or_throw();
  const nlohmann::json config = has_file(textual, "config.json")
                                    ? read_json_object(textual / "config.json")
                                    : nlohmann::json::object();
  package.text =
      hugging_face_text_spec(config, read_json_object(tokenizer_config), package.tokenizer_file);
  return package;
}

}  // namespace

const LayoutReader kTowerPair{
    .layout = Layout::tower_pair,
    .name = "two folders, as of Qdrant",
    .looked_for =
        "a folder with model.onnx and preprocessor_config.json beside one with "
        "model.onnx and tokenizer.json",
    .recognises = recognises,
    .read = read};

}  // namespace clipdex::model
