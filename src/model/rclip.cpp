// The layout of rclip: openai/CLIP's ViT-B/32 as two graphs and the merges file, with no
// descriptions. What other layouts write down is read from the inputs that the graphs declare.
#include "model/layouts.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

bool recognises(const std::filesystem::path& directory) {
  return has_file(directory, "visual.onnx") || has_file(directory, "textual.onnx");
}

Package read(const std::filesystem::path& directory) {
  Package package;
  package.visual_graph = require_file(directory, "visual.onnx", kRclip);
  package.textual_graph = require_file(directory, "textual.onnx", kRclip);
  package.tokenizer_file =
      require_file(directory, "tokenizer/bpe_simple_vocab_16e6.txt.gz", kRclip);
  package.tokenizer_kind = TokenizerKind::clip_bpe;
  const image::PreprocessSpec clip;
  package.preprocess.size =
      static_cast<int>(last_dimension(package.visual_graph, clip.size, kImageSizeMax));
  // openai/CLIP, whose tokenizer this is, fills the rest of the context with zeros.
  package.text = undescribed_text_spec(package.textual_graph, kContextLengthDefault);
  return package;
}

}  // namespace

const LayoutReader kRclip{.layout = Layout::rclip,
                          .name = "rclip",
                          .looked_for = "visual.onnx and textual.onnx",
                          .recognises = recognises,
                          .read = read};

}  // namespace clipdex::model
