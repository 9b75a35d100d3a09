#include "model/layouts.hpp"

#include <fmt/format.h>

#include <array>
#include <system_error>

#include "model/onnx_file.hpp"
#include "model/text_spec.hpp"

namespace clipdex::model {

std::span<const LayoutReader* const> layouts() noexcept {
  static constexpr std::array kLayouts{
      &kImmich, &kTransformersJs, &kRclip, &kTowerPair, &kChineseClip, &kTogetheros,
  };
  return kLayouts;
}

std::filesystem::path require_file(const std::filesystem::path& directory, std::string_view name,
                                   const LayoutReader& layout) {
  if (has_file(directory, name)) return directory / name;
  throw Exception(ErrorCode::not_found,
                  fmt::format("{} has no {}, which a model package of the {} layout needs; "
                              "download the model again, with all its files",
                              directory.native(), name, layout.name));
}

bool has_file(const std::filesystem::path& directory, std::string_view name) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(directory / name, ignored);
}

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

text::TextSpec undescribed_text_spec(const std::filesystem::path& graph, std::int64_t otherwise) {
  const std::int64_t context = last_dimension(graph, otherwise, kContextLengthMax);
  return {.context_length = static_cast<std::size_t>(context), .pad_id = 0, .fixed_length = true};
}

}  // namespace clipdex::model
