// The layout of rclip: openai/CLIP's ViT-B/32 as two graphs and the merges file, with no
// descriptions. What other layouts write down is read from the inputs that the graphs declare.
#include <fmt/format.h>

#include "model/layouts.hpp"
#include "model/onnx_file.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

bool recognises(const std::filesystem::path& directory) {
  return has_file(directory, "visual.onnx") || has_file(directory, "textual.onnx");
}

/// The last dimension of a graph's first input, or `otherwise` when the graph takes any.
std::int64_t last_dimension(const std::filesystem::path& graph, std::int64_t otherwise,
                            std::int64_t maximum) {
  const OnnxFile file = read_onnx_file(graph).value_or_throw();
  if (file.inputs.empty() || file.inputs.front().dims.empty()) return otherwise;
  const std::int64_t size = file.inputs.front().dims.back().value_or(otherwise);
  if (size >= 1 && size <= maximum) return size;
  throw Exception(ErrorCode::corrupt,
                  fmt::format("{} declares an input of size {}, which no CLIP model has; download "
                              "the model again",
                              graph.native(), size));
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
  const auto context = last_dimension(package.textual_graph, kContextLengthDefault, 4096);
  package.text = {
      .context_length = static_cast<std::size_t>(context), .pad_id = 0, .fixed_length = true};
  return package;
}

}  // namespace

const LayoutReader kRclip{.layout = Layout::rclip,
                          .name = "rclip",
                          .looked_for = "visual.onnx and textual.onnx",
                          .recognises = recognises,
                          .read = read};

}  // namespace clipdex::model
