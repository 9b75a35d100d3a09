#include "library/result_folder.hpp"

#include <fmt/format.h>

#include <climits>
#include <fstream>
#include <string>
#include <system_error>

#include "base/utf8.hpp"
#include "clipdex/error.hpp"

namespace clipdex::library {
namespace fs = std::filesystem;
namespace {

constexpr const char* kManifestName = ".clipdex-links";

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
  throw Exception(ErrorCode::write_failed,
                  fmt::format("{} cannot be written: {}", to_valid_utf8(path.native()), why));
}

/// Names are listed one after another, each ended by a NUL, since a name may hold a newline.
std::vector<std::string> read_manifest(const fs::path& manifest) {
  std::ifstream stream(manifest, std::ios::binary);
  std::vector<std::string> names;
  for (std::string name; std::getline(stream, name, '\0');) names.push_back(name);
  return names;
}

void write_manifest(const fs::path& manifest, const std::vector<std::string>& names) {
  std::ofstream stream(manifest, std::ios::binary | std::ios::trunc);
  for (const std::string& name : names) stream << name << '\0';
  stream.flush();
  if (!stream) fail(manifest, "is the disk full, or the folder read-only?");
}

/// Only a plain name of a link is ever removed, whatever a manifest says.
void remove_own_links(const fs::path& folder) {
  for (const std::string& name : read_manifest(folder / kManifestName)) {
    std::error_code error;
    const fs::path link = folder / name;
    if (fs::path(name).filename() == name && fs::is_symlink(link, error)) fs::remove(link, error);
  }
}

}  // namespace

std::string result_link_name(const Hit& hit) {
  std::string name = fs::path(hit.path).filename().native();
  const std::string begin = fmt::format("{:03}_{:.4f}_", hit.rank, hit.score);
  if (begin.size() + name.size() > NAME_MAX) {
    std::size_t cut = begin.size() + name.size() - NAME_MAX;
    // Not in the middle of a character: its further bytes are 10xxxxxx.
    while (cut < name.size() && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) ++cut;
    name.erase(0, cut);
  }
  return begin + name;
}

void fill_result_folder(const fs::path& folder, const std::vector<Hit>& hits) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) fail(folder, error ? error.message() : "it is not a folder");
  remove_own_links(folder);
  std::vector<std::string> names;
  for (const Hit& hit : hits) names.push_back(result_link_name(hit));
  // The list comes first: a run that ends between here and the last link leaves none it does not
  // know.
  write_manifest(folder / kManifestName, names);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    fs::create_symlink(hits[i].path, folder / names[i], error);
    if (error) fail(folder / names[i], error.message());
  }
}

}  // namespace clipdex::library
