// The layout of Chinese-CLIP's own export (cn_clip/deploy): two graphs named after the model, their
// weights beside them, and BERT's list of tokens.
#include <fmt/format.h>

#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "model/layouts.hpp"
#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {
namespace {

namespace fs = std::filesystem;

// Half precision comes second, because it gives other vectors.
constexpr std::array<std::string_view, 2> kPrecisions{"fp32", "fp16"};
constexpr std::int64_t kContextLength = 52;

std::vector<fs::path> files_ending_in(const fs::path& directory, const std::string& ending) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->path().native().ends_with(ending)) found.push_back(entry->path());
  }
  return found;
}

bool recognises(const fs::path& directory) {
  for (const std::string_view precision : kPrecisions) {
    for (const char* tower : {"img", "txt"}) {
      if (!files_ending_in(directory, fmt::format(".{}.{}.onnx", tower, precision)).empty()) {
        return true;
      }
    }
  }
  return false;
}

/// The graph of a tower, in the first precision that is there.
fs::path graph_of(const fs::path& directory, std::string_view tower) {
  for (const std::string_view precision : kPrecisions) {
    const std::string ending = fmt::format(".{}.{}.onnx", tower, precision);
    const std::vector<fs::path> found = files_ending_in(directory, ending);
    if (found.size() > 1) {
      throw Exception(ErrorCode::unsupported,
                      fmt::format("{} holds several models (more than one *{}); put each into a "
                                  "directory of its own, with vocab.txt",
                                  directory.native(), ending));
    }
    if (!found.empty()) return found.front();
  }
  return require_file(directory, fmt::format("*.{}.fp32.onnx", tower), kChineseClip);
}

Package read(const fs::path& directory) {
  Package package;
  package.visual_graph = graph_of(directory, "img");
  package.textual_graph = graph_of(directory, "txt");
  package.tokenizer_file = require_file(directory, "vocab.txt", kChineseClip);
  package.tokenizer_kind = TokenizerKind::bert_vocabulary;
  // cn_clip/clip/utils.py scales both sides, and takes CLIP's mean and standard deviation.
  package.preprocess.resize_mode = image::ResizeMode::squash;
  package.preprocess.size = static_cast<int>(
      last_dimension(package.visual_graph, package.preprocess.size, kImageSizeMax));
  // [PAD] is the first token of every BERT vocabulary.
  package.text = undescribed_text_spec(package.textual_graph, kContextLength);
  return package;
}

}  // namespace

const LayoutReader kChineseClip{.layout = Layout::chinese_clip,
                                .name = "Chinese-CLIP",
                                .looked_for = "*.img.fp32.onnx and *.txt.fp32.onnx",
                                .recognises = recognises,
                                .read = read};

}  // namespace clipdex::model
