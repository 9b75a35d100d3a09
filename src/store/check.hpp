/// Looking a library over, and putting right what can be put right without loss (`clipdex fsck`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace clipdex::store {

/// One kind of damage that was found.
struct Finding {
  std::string what;         ///< in words that follow a number: "ready images without any vector"
  std::uint64_t count = 0;  ///< how often; at least 1
  bool repaired = false;
  std::string remedy;  ///< one sentence on what was done, or what to do
};

/// Checks everything the format promises (docs/formats/library.md): the file's own structure,
/// indexes and view, and that images, vectors, models and roots fit one another. Reads the whole
/// file.
///
/// With `repair` it takes the writer lock, brings an older library up to date and repairs what it
/// finds in one transaction: indexes and the view are made anew, and a vector that is not what it
/// should be is removed and its image marked, so that the next indexing reads the file again. A
/// file that is damaged below that is left as it is.
///
/// @return what was found; nothing when all is well.
/// Errors: those of `Catalogue::open`, for a file that cannot be opened as a library at all.
std::vector<Finding> check_library(const std::filesystem::path& file, bool repair);

}  // namespace clipdex::store
