/// Finding the files below the folders of a library. Nothing is opened here: only names, sizes and
/// times.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// A part of a library's tree to bring up to date: a root, or a folder inside one.
struct ScanScope {
  store::Root root;    ///< gives the patterns to leave out
  std::string folder;  ///< absolute, canonical; the root's own path or below it
};

/// A regular file that was found, by its path; symbolic links are followed.
struct ScannedFile {
  std::string path;  ///< absolute; the bytes the file system gave
  store::RootId root_id = 0;
  FileStamp stamp;
};

/// What a walk met beside files.
struct ScanReport {
  std::uint64_t files = 0;
  /// Folders whose content could not be listed or looked at, and links into such folders.
  std::vector<std::string> unreadable;
};

/// Names that are left out everywhere: version control, trash, thumbnails and caches of other
/// programs.
const std::vector<std::string>& default_excludes();

/// Whether a scan of this root leaves a path out: by a default pattern, one of the user's, or
/// because a component below the root begins with a dot and hidden files are off.
/// @param path absolute, below `root.path`
bool is_excluded(const store::Root& root, std::string_view path);

/// Whether a name ends like that of an image file, in any case. Content decides what is indexed;
/// the name decides whether something that is no image deserves a line in the report.
bool has_image_name(std::string_view path);

/// Walks a scope depth first, entries of a folder in byte order, so that two runs see the same
/// order. A folder that was already entered, by device and inode, is not entered again: loops of
/// symbolic links end.
/// @param visit called for each regular file; answering false ends the walk
/// @return what was met; a scope that is not there gives no files and stands in `unreadable`.
ScanReport scan(const ScanScope& scope, const std::function<bool(ScannedFile&&)>& visit);

}  // namespace clipdex::indexer
