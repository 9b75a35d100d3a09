#include "indexer/scan.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/glob.hpp"

namespace clipdex::indexer {
namespace {

using DirectoryIdentity = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

std::optional<std::vector<std::string>> list_names(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
  if (!stream) return std::nullopt;
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  // A listing that breaks off must not look like a folder with fewer files in it.
  if (errno != 0) return std::nullopt;
  std::sort(names.begin(), names.end());
  return names;
}

/// Whether a failed stat(2) says that there is nothing at a path, rather than that it may not be
/// looked at: behind the latter there may be a folder that the library knows.
bool means_nothing_there(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP;
}

class Walk {
 public:
  Walk(const ScanScope& scope, const std::function<bool(ScannedFile&&)>& visit)
      : scope_(scope), visit_(visit) {}

  ScanReport run() {
    struct stat status {};
    if (::stat(scope_.folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      enter(scope_.folder, {status.st_dev, status.st_ino});
    } else {
      report_.unreadable.push_back(scope_.folder);
    }
    return std::move(report_);
  }

 private:
  /// Recursion is as deep as the tree, which the file system bounds by the length of a path.
  void enter(const std::string& folder, DirectoryIdentity identity) {
    if (!entered_.insert(identity).second) return;
    const std::optional<std::vector<std::string>> names = list_names(folder);
    if (!names) {
      report_.unreadable.push_back(folder);
      return;
    }
    bool all_met = true;
    for (const std::string& name : *names) {
      if (!go_on_) return;
      all_met &= take(folder == "/" ? "/" + name : folder + "/" + name);
    }
    if (!all_met) report_.unreadable.push_back(folder);
  }

  /// Answers false when the folder does not let its entry be looked at.
  bool take(const std::string& path) {
    if (is_excluded(scope_.root, path)) return true;
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (!exists && !means_nothing_there(errno)) {
      if (::lstat(path.c_str(), &status) != 0) return false;
      report_.unreadable.push_back(path);  // The link is there, and what it names is out of reach.
      return true;
    }
    const bool is_folder = exists && S_ISDIR(status.st_mode);
    // A folder, a pipe or a dangling link called x.jpg is handed on too: opening it gives the user
    // the line that says what it is.
    if ((exists && S_ISREG(status.st_mode)) || has_image_name(path)) {
      ++report_.files;
      go_on_ = visit_({path, scope_.root.id, exists ? stamp_of(status) : FileStamp{}});
    }
    if (is_folder && go_on_) enter(path, {status.st_dev, status.st_ino});
    return true;
  }

  const ScanScope& scope_;
  const std::function<bool(ScannedFile&&)>& visit_;
  ScanReport report_;
  std::set<DirectoryIdentity> entered_;
  bool go_on_ = true;
};

bool has_hidden_component(std::string_view path) {
  return path.find("/.") != std::string_view::npos;
}

}  // namespace

const std::vector<std::string>& default_excludes() {
  static const std::vector<std::string> patterns{
      ".git",      ".svn",     ".hg",         "node_modules",
      "@eaDir",    "#recycle", "#snapshot",   "$RECYCLE.BIN",
      ".Trash",    ".Trash-*", "lost+found",  ".thumbnails",
      "Thumbs.db", ".cache",   "__pycache__", "System Volume Information",
  };
  return patterns;
}

bool is_excluded(const store::Root& root, std::string_view path) {
  const std::size_t root_size = root.path == "/" ? 0 : root.path.size();
  const std::string_view below = path.substr(std::min(root_size, path.size()));
  if (!root.hidden_files && has_hidden_component(below)) return true;
  const auto matches = [&](const std::string& pattern) {
    // A pattern from the beginning of the path means the root's beginning, as in a .gitignore.
    return glob_matches(pattern, below) || (pattern[0] == '/' && glob_matches(pattern, path));
  };
  return std::any_of(default_excludes().begin(), default_excludes().end(), matches) ||
         std::any_of(root.excludes.begin(), root.excludes.end(), matches);
}

bool has_image_name(std::string_view path) {
  static const std::set<std::string_view> extensions{
      "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "tif", "tiff", "bmp",  "dib",
      "gif", "ppm",  "pgm", "pbm",  "pnm", "jp2",  "j2k",  "jxl", "heic", "heif", "avif",
      "svg", "cr2",  "cr3", "nef",  "arw", "dng",  "orf",  "rw2", "raf",  "pef"};
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos) return false;
  std::string extension(path.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extensions.contains(extension);
}

ScanReport scan(const ScanScope& scope, const std::function<bool(ScannedFile&&)>& visit) {
  return Walk(scope, visit).run();
}

}  // namespace clipdex::indexer
