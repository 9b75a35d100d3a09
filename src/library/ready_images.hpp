/// Telling images from the other rows of a library: files that failed, and files that are none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "store/catalogue.hpp"

namespace clipdex::library {

/// The images that can be found, as they were when this was made. A plain value of 8 bytes an
/// image; any number of threads may read it.
class ReadyImages {
 public:
  /// Reads every row of the library once. Throws as `store::Catalogue`.
  explicit ReadyImages(const store::Catalogue& catalogue) : ids_(catalogue.matching({})) {}

  /// Whether this row is an image that can be found.
  bool contains(ImageId id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

  /// How many of them are `folder` or lie below it. Throws as `store::Catalogue`.
  std::uint64_t count_below(const store::Catalogue& catalogue, std::string_view folder) const {
    std::uint64_t count = 0;
    catalogue.visit_below(folder, [&](ImageId id, std::string_view) { count += contains(id); });
    return count;
  }

 private:
  std::vector<ImageId> ids_;  ///< ascending
};

}  // namespace clipdex::library
