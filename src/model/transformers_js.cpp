// The layout of transformers.js on Hugging Face (Xenova, onnx-community).
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "model/json_file.hpp"
#include "model/layouts.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

// The same weights in several precisions may lie side by side; the first that is whole is taken,
// since a coarser one gives other vectors, and some of those depend on the batch (per-tensor int8).
constexpr std::array<std::string_view, 8> kVariants{"",       "_fp16",  "_quantized", "_int8",
                                                    "_uint8", "_q4f16", "_q4",        "_bnb4"};

std::string visual_name(std::string_view variant) {
  return fmt::format("onnx/vision_model{}.onnx", variant);
}

std::string textual_name(std::string_view variant) {
  return fmt::format("onnx/text_model{}.onnx", variant);
}

bool recognises(const std::filesystem::path& directory) {
  for (std::string_view variant : kVariants) {
    if (has_file(directory, visual_name(variant)) || has_file(directory, textual_name(variant))) {
      return true;
    }
  }
  return false;
}

/// The first variant that both towers have; else the first that one tower has, so that the message
/// names the file which is missing.
std::string_view choose_variant(const std::filesystem::path& directory) {
  std::optional<std::string_view> half;
  for (std::string_view variant : kVariants) {
    const bool visual = has_file(directory, visual_name(variant));
    const bool textual = has_file(directory, textual_name(variant));
    if (visual && textual) return variant;
    if ((visual || textual) && !half) half = variant;
  }
  return half.value_or("");
}

Package read(const std::filesystem::path& directory) {
  const std::string_view variant = choose_variant(directory);
  Package package;
  package.visual_graph = require_file(directory, visual_name(variant), kTransformersJs);
  package.textual_graph = require_file(directory, textual_name(variant), kTransformersJs);
  package.tokenizer_file = require_file(directory, "tokenizer.json", kTransformersJs);
  const auto preprocess = require_file(directory, "preprocessor_config.json", kTransformersJs);
  const auto tokenizer_config = require_file(directory, "tokenizer_config.json", kTransformersJs);

  const std::string text = read_json_object(preprocess).dump();
  package.preprocess = parse_hugging_face_preprocess(text, preprocess.native()).value_or_throw();
  const nlohmann::json tokenizer = read_json_object(tokenizer_config);
  const nlohmann::json config = has_file(directory, "config.json")
                                    ? read_json_object(directory / "config.json")
                                    : nlohmann::json::object();
  package.text = hugging_face_text_spec(config, tokenizer, package.tokenizer_file);
  return package;
}

}  // namespace

const LayoutReader kTransformersJs{.layout = Layout::transformers_js,
                                   .name = "transformers.js",
                                   .looked_for = "onnx/vision_model.onnx and onnx/text_model.onnx",
                                   .recognises = recognises,
                                   .read = read};

}  // namespace clipdex::model
