#include "model/layouts.hpp"

#include <fmt/format.h>

#include <array>
#include <system_error>

namespace clipdex::model {

std::span<const LayoutReader* const> layouts() noexcept {
  static constexpr std::array kLayouts{
      &kImmich,
      &kTransformersJs,
      &kRclip,
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

}  // namespace clipdex::model
