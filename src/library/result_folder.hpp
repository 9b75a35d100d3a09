/// A folder that shows the hits of a search as links named by rank, for any file manager or viewer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::library {

/// The name of a hit's link: rank, score and the file's name, such as `001_0.2894_beach.jpg`. A
/// name longer than file systems take loses its beginning.
std::string result_link_name(const Hit& hit);

/// Fills a folder, creating it if need be, with one symbolic link a hit. Links that an earlier call
/// made there are replaced: they are listed in
/// `.clipdex-links` in the folder. Whatever else lies in it is never touched; a hit whose name is
/// taken by something else throws `Exception` (`write_failed`), as does a folder that cannot be
/// written.
void fill_result_folder(const std::filesystem::path& folder, const std::vector<Hit>& hits);

}  // namespace clipdex::library
