// The text encoder of the TogetheROS box: one graph and openai/CLIP's merges. Its image encoder is
// compiled for the box's own hardware, so the package finds images by words among vectors that the
// box made, and makes none of its own.
#include <fmt/format.h>

#include <array>

#include "model/layouts.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

constexpr std::string_view kGraph = "text_encoder.onnx";
constexpr std::array<std::string_view, 4> kMerges{
    "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt",
    "tokenizer/bpe_simple_vocab_16e6.txt.gz", "tokenizer/bpe_simple_vocab_16e6.txt"};

bool recognises(const std::filesystem::path& directory) { return has_file(directory, kGraph); }

Package read(const std::filesystem::path& directory) {
  Package package;
  package.textual_graph = require_file(directory, kGraph, kTogetheros);
  package.tokenizer_kind = TokenizerKind::clip_bpe;
  for (const std::string_view merges : kMerges) {
    if (package.tokenizer_file.empty() && has_file(directory, merges)) {
      package.tokenizer_file = directory / merges;
    }
  }
  if (package.tokenizer_file.empty()) {
    package.tokenizer_file = require_file(directory, kMerges.front(), kTogetheros);
  }
  // openai/CLIP, whose tokenizer this is, fills the rest of the context with zeros.
  package.text = undescribed_text_spec(package.textual_graph, kContextLengthDefault);
  return package;
}

}  // namespace

const LayoutReader kTogetheros{.layout = Layout::togetheros,
                               .name = "TogetheROS text encoder",
                               .looked_for = kGraph,
                               .recognises = recognises,
                               .read = read};

}  // namespace clipdex::model
