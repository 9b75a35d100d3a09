/// A page that shows the hits of a search in a browser.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::nodes {

/// The page as HTML: each hit's picture, by the name of its link in the same folder, with rank,
/// score and path. Static: no script, nothing from another host. Light or dark as the reader has
/// it.
/// @param query what was looked for, as the user wrote it; UTF-8 or not
std::string format_result_page(std::string_view query, std::span<const Hit> hits);

/// Writes `index.html` into a folder of links that `library::fill_result_folder` filled. Throws
/// `write_failed` when there is an `index.html` already that is none of these pages, `disk_full`.
void write_result_page(const std::filesystem::path& folder, std::string_view query,
                       std::span<const Hit> hits);

}  // namespace clipdex::nodes
