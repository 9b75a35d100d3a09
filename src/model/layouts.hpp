/// The layouts that model packages come in. A new one is a file beside these and a line in
/// layouts.cpp (and its name in `enum Layout`). Private to this room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "model/package.hpp"

namespace clipdex::model {

/// One layout: how to tell it, and how to read it.
struct LayoutReader {
  Layout layout;
  std::string_view name;  ///< for people
  std::string_view
      looked_for;  ///< the files by which it is told, for the message when nothing fits
  bool (*recognises)(const std::filesystem::path& directory);

  /// Fills in everything but the directory, the name and `is_demo`. Throws `Exception` as
  /// `read_package` reports.
  Package (*read)(const std::filesystem::path& directory);
};

extern const LayoutReader kImmich;
extern const LayoutReader kTransformersJs;
extern const LayoutReader kRclip;
extern const LayoutReader kTowerPair;
extern const LayoutReader kChineseClip;
extern const LayoutReader kTogetheros;

/// All layouts, in the order in which they are tried.
std::span<const LayoutReader* const> layouts() noexcept;

/// directory / name, which must be a regular file (or a link to one).
/// Throws `Exception` with `not_found`: one sentence that names the file and the layout that needs
/// it.
std::filesystem::path require_file(const std::filesystem::path& directory, std::string_view name,
                                   const LayoutReader& layout);

bool has_file(const std::filesystem::path& directory, std::string_view name);

/// The last dimension of a graph's first input, for layouts that write it down nowhere else;
/// `otherwise` when the graph takes any. Throws `Exception`: as `read_onnx_file` reports, and
/// `corrupt` for one below 1 or above `maximum`.
std::int64_t last_dimension(const std::filesystem::path& graph, std::int64_t otherwise,
                            std::int64_t maximum);

/// How a text tower wants its ids that comes with no description: the context that its graph
/// declares, else `otherwise`, always filled up with zeros. Throws as above.
text::TextSpec undescribed_text_spec(const std::filesystem::path& graph, std::int64_t otherwise);

}  // namespace clipdex::model
