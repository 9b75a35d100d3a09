// The layout of Immich's model packages, which come from OpenCLIP.
#include "base/file.hpp"
#include "model/json_file.hpp"
#include "model/layouts.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

bool recognises(const std::filesystem::path& directory) {
  return has_file(directory, "visual/model.onnx") || has_file(directory, "textual/model.onnx");
}

Package read(const std::filesystem::path& directory) {
  Package package;
  package.visual_graph = require_file(directory, "visual/model.onnx", kImmich);
  package.textual_graph = require_file(directory, "textual/model.onnx", kImmich);
  package.tokenizer_file = require_file(directory, "textual/tokenizer.json", kImmich);
  const auto preprocess = require_file(directory, "visual/preprocess_cfg.json", kImmich);
  const auto tokenizer_config = require_file(directory, "textual/tokenizer_config.json", kImmich);
  const auto config = require_file(directory, "config.json", kImmich);

  const std::string text = read_json_object(preprocess).dump();
  package.preprocess = parse_open_clip_preprocess(text, preprocess.native()).value_or_throw();
  const nlohmann::json tokenizer = read_json_object(tokenizer_config);
  // Immich pads with the pad token of the tokenizer. OpenCLIP itself pads with 0; a causal tower
  // that pools at the end token, as these do, never sees the difference.
  const nlohmann::json model = read_json_object(config);
  package.text = {.context_length = context_length(model, tokenizer),
                  .pad_id = pad_id(tokenizer, package.tokenizer_file).value_or(0),
                  .fixed_length = true,
                  .cleaning = open_clip_cleaning(model)};
  return package;
}

}  // namespace

const LayoutReader kImmich{.layout = Layout::immich,
                           .name = "Immich",
                           .looked_for = "visual/model.onnx and textual/model.onnx",
                           .recognises = recognises,
                           .read = read};

}  // namespace clipdex::model
