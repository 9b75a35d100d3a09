// The identity of a package: which files and which words decide its vectors, and their hash.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>

#include "base/hash.hpp"
#include "clipdex/types.hpp"
#include "model/file_hashes.hpp"
#include "model/onnx_file.hpp"
#include "model/package.hpp"

namespace clipdex::model {
namespace {

/// Appends a graph and the files of its weights.
void add_graph(const std::filesystem::path& graph, std::vector<std::filesystem::path>& files) {
  const OnnxFile onnx = read_onnx_file(graph).value_or_throw();
  files.push_back(graph);
  for (const auto& location : onnx.external_data) {
    std::filesystem::path file = graph.parent_path() / location;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
      throw Exception(ErrorCode::not_found,
                      fmt::format("{} is missing, and {} keeps its weights in it; download the "
                                  "model again, with all its files",
                                  file.native(), graph.native()));
    }
    files.push_back(std::move(file));
  }
}

/// The specs as text: the values that count, not the spelling of the file that they came from.
std::string specs_text(const Package& package) {
  const image::PreprocessSpec& pixels = package.preprocess;
  const bool is_squash = pixels.resize_mode == image::ResizeMode::squash;
  const bool is_bicubic = pixels.interpolation == image::Interpolation::bicubic;
  return fmt::format(
      "pixels size={} resize={} filter={} mean={:.9g} std={:.9g}\n"
      "text context={} pad={} fixed={}{}\n",
      pixels.size, is_squash ? "squash" : "shortest", is_bicubic ? "bicubic" : "bilinear",
      fmt::join(pixels.mean, ","), fmt::join(pixels.std, ","), package.text.context_length,
      package.text.pad_id, package.text.fixed_length,
      // Spaces alone change no id of the models that were read before there was this choice.
      package.text.cleaning == text::TextCleaning::canonicalize ? " clean=canonicalize" : "");
}

}  // namespace

Result<std::vector<std::filesystem::path>> package_files(const Package& package) {
  try {
    std::vector<std::filesystem::path> files;
    if (package.has_image_tower()) add_graph(package.visual_graph, files);
    add_graph(package.textual_graph, files);
    files.push_back(package.tokenizer_file);
    return files;
  } catch (const Exception& exception) {
    return exception.error();
  }
}

Result<std::string> package_hash(const Package& package) {
  const Result<std::vector<std::filesystem::path>> files = package_files(package);
  if (!files) return files.error();
  if (package.layout == Layout::togetheros) return std::string(kTogetherosIdentity);
  const Result<std::vector<std::string>> hashes = file_hashes(files.value());
  if (!hashes) return hashes.error();
  // The order of the files is fixed, and the graphs themselves name their external data.
  return sha256_hex(fmt::format("clipdex model identity 1\n{}\n{}", fmt::join(hashes.value(), "\n"),
                                specs_text(package)));
}

}  // namespace clipdex::model
