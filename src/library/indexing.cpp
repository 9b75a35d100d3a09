#include "library/indexing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "encode/encoders.hpp"
#include "indexer/pipeline.hpp"
#include "library/model_change.hpp"
#include "library/model_locator.hpp"
#include "library/ready_images.hpp"
#include "library/score_background.hpp"
#include "library/search_engine.hpp"
#include "library/vector_snapshot.hpp"
#include "model/package.hpp"
#include "model/variant.hpp"
#include "store/catalogue.hpp"
#include "store/library_file.hpp"

namespace clipdex::library {
namespace fs = std::filesystem;
namespace {

bool is_below(std::string_view path, std::string_view folder) {
  return folder == "/" ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

constexpr int kLinksFollowedMax = 40;  // As Linux does, so that a circle of links ends.

/// A folder as it is stored: absolute and, as far as it exists, without links. The target of a link
/// counts even when it is gone, as that of an unmounted disk is.
std::string canonical_text(const fs::path& folder) {
  if (folder.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "the name of a folder is empty; write . for the folder you are in");
  }
  std::error_code error;
  fs::path path = fs::absolute(folder);
  if (!path.has_filename()) path = path.parent_path();  // A link with a slash behind it.
  for (int links = 0; links < kLinksFollowedMax && fs::is_symlink(path, error); ++links) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  const fs::path canonical = fs::weakly_canonical(path, error);
  std::string text = error ? path.lexically_normal().native() : canonical.native();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

const store::Root* root_of(const std::vector<store::Root>& roots, std::string_view folder) {
  for (const store::Root& root : roots) {
    if (root.path == folder || is_below(folder, root.path)) return &root;
  }
  return nullptr;
}

void require_directory(const fs::path& folder, bool was_there) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::is_directory(status)) return;
  if (fs::exists(status)) {
    throw Exception(
        ErrorCode::invalid_argument,
        fmt::format("{} is a file; give the folder that it is in", to_valid_utf8(folder.native())));
  }
  if (was_there) return;  // Unmounted, perhaps: the run keeps its rows and says so.
  throw Exception(ErrorCode::not_found,
                  fmt::format("there is no folder {}; check how it is written",
                              to_valid_utf8(folder.native())));
}

/// Whether a folder was there before: it was given, or the library holds something below it.
bool is_known(const store::Catalogue* catalogue, const std::vector<store::Root>& roots,
              const std::string& folder) {
  if (catalogue == nullptr) return false;
  for (const store::Root& root : roots) {
    if (root.path == folder) return true;
  }
  bool has_rows = false;
  catalogue->visit_below(folder, [&](ImageId, std::string_view) { has_rows = true; });
  return has_rows;
}

/// Everything below is checked before anything is written, so a mistyped folder leaves no trace.
std::vector<std::string> check_folders(const store::Catalogue* catalogue,
                                       const IndexOptions& options) {
  const std::vector<store::Root> known =
      catalogue == nullptr ? std::vector<store::Root>{} : catalogue->roots();
  std::vector<std::string> folders;
  for (const fs::path& folder : options.folders) {
    std::string text = canonical_text(folder);
    require_directory(folder, is_known(catalogue, known, text));
    folders.push_back(std::move(text));
  }
  if (options.folders.empty()) {
    for (const store::Root& root : known) folders.push_back(root.path);
  }
  if (folders.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "the library knows no folder yet; say which: clipdex index FOLDER");
  }
  return folders;
}

/// A folder inside another one is scanned with it.
std::vector<std::string> outermost_of(std::vector<std::string> folders) {
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  std::vector<std::string> outermost;
  for (std::string& folder : folders) {
    const bool covered = std::any_of(outermost.begin(), outermost.end(),
                                     [&](const auto& outer) { return is_below(folder, outer); });
    if (!covered) outermost.push_back(std::move(folder));
  }
  return outermost;
}

/// What the patterns of a folder inside a root begin with in the root's list: its path, as a
/// pattern.
std::string anchor_of(std::string_view folder) {
  std::string anchor;
  for (const char c : folder == "/" ? std::string_view() : folder) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) anchor += '\\';
    anchor += c;
  }
  return anchor + '/';
}

/// A folder's patterns for a root around it, where they leave out the same files and no others.
void append_anchored(const std::vector<std::string>& patterns, std::string_view folder,
                     std::vector<std::string>& excludes) {
  const std::string anchor = anchor_of(folder);
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with(anchor)) {
      excludes.push_back(pattern);
    } else {
      excludes.push_back(anchor + (pattern.starts_with('/') ? pattern.substr(1) : "**/" + pattern));
    }
  }
}

/// A root for a folder that no known one holds. What was said of known ones inside it still holds.
store::Root make_root(const std::vector<store::Root>& known, const std::string& folder) {
  store::Root root;
  root.path = folder;
  for (const store::Root& inner : known) {
    if (!is_below(inner.path, folder)) continue;
    append_anchored(inner.excludes, inner.path, root.excludes);
    root.hidden_files = root.hidden_files || inner.hidden_files;
  }
  return root;
}

void replace_excludes(store::Root& root, const std::string& folder,
                      const std::vector<std::string>& excludes) {
  if (folder == root.path) {
    root.excludes = excludes;
    return;
  }
  std::erase_if(root.excludes, [anchor = anchor_of(folder)](const std::string& pattern) {
    return pattern.starts_with(anchor);
  });
  append_anchored(excludes, folder, root.excludes);
}

std::vector<indexer::ScanScope> make_scopes(store::Catalogue& catalogue,
                                            const std::vector<std::string>& folders,
                                            const IndexOptions& options) {
  for (const std::string& folder : folders) {
    const std::vector<store::Root> known = catalogue.roots();
    const store::Root* old = root_of(known, folder);
    store::Root root = old == nullptr ? make_root(known, folder) : *old;
    if (options.excludes) replace_excludes(root, folder, *options.excludes);
    if (options.hidden_files) root.hidden_files = *options.hidden_files;
    catalogue.ensure_root(root);
  }
  const std::vector<store::Root> roots = catalogue.roots();
  std::vector<indexer::ScanScope> scopes;
  for (const std::string& folder : folders) scopes.push_back({*root_of(roots, folder), folder});
  return scopes;
}

/// Who makes the vectors, and of which embedding space they are.
struct IndexingModel {
  ModelIdentity identity;
  std::string name;
  std::string directory;
  std::unique_ptr<encode::ImageEncoder> loaded;  ///< null when the encoder is the caller's
  model::Package package;                        ///< where one was loaded
};

/// The model named; else the one that searches use; else the demo model.
IndexingModel load_package(const store::Catalogue* catalogue, const LibraryOptions& library) {
  const std::string& wanted = library.model;
  const std::optional<store::ModelRow> active =
      catalogue == nullptr ? std::nullopt : catalogue->active_model();
  const bool makes_more = wanted.empty() && active && active->identity.hash != kTogetherosIdentity;
  model::Package package =
      makes_more ? find_package(catalogue->file(), *active)
                 : model::read_package(locate_model(wanted).value_or_throw()).value_or_throw();
  package = model::with_variant(std::move(package), library.precision).value_or_throw();
  IndexingModel chosen;
  chosen.loaded = encode::load_image_encoder(package, encode::Tuning::throughput).value_or_throw();
  chosen.identity = {model::package_hash(package).value_or_throw(), chosen.loaded->dimension()};
  chosen.name = package.name;
  chosen.directory = package.directory.native();
  chosen.package = std::move(package);
  return chosen;
}

/// The caller's encoder, unless the library's vectors are of another space.
IndexingModel describe_encoder(const store::Catalogue* catalogue, const FileEncoder& encoder) {
  IndexingModel chosen;
  chosen.identity = encoder.identity();
  chosen.name = encoder.name();
  const std::optional<store::ModelRow> active =
      catalogue == nullptr ? std::nullopt : catalogue->active_model();
  if (!active) return chosen;
  if (active->identity != chosen.identity) {
    throw Exception(
        ErrorCode::wrong_model,
        fmt::format("the vectors of {} were made by the model '{}', and those of the encoder at "
                    "hand ('{}') cannot be compared with them; fill another library, or run the "
                    "encoder with that model",
                    catalogue->file().native(), active->name, chosen.name));
  }
  chosen.directory = active->directory;
  return chosen;
}

std::string describe_filling(const store::ModelRow& old, std::string_view name) {
  return fmt::format(
      "filling in vectors of the model '{}' beside those of '{}'; searches use '{}' until every "
      "image has its new vector",
      name, old.name, old.name);
}

unsigned worker_count(unsigned wanted) {
  return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

/// The library as it is, if there is one; an empty file, as a run leaves it that was killed when it
/// began, is none yet.
std::optional<store::Catalogue> open_if_present(const fs::path& file) {
  try {
    return store::Catalogue::open(file, store::Access::read);
  } catch (const Exception& exception) {
    if (exception.code() != ErrorCode::not_found) throw;
    return std::nullopt;
  }
}

}  // namespace

IndexReport index_folders(const LibraryOptions& library, const IndexOptions& options) {
  std::vector<std::string> folders;
  IndexingModel chosen;
  {
    const std::optional<store::Catalogue> existing = open_if_present(library.file);
    const store::Catalogue* catalogue = existing ? &*existing : nullptr;
    folders = check_folders(catalogue, options);
    chosen = options.encoder == nullptr ? load_package(catalogue, library)
                                        : describe_encoder(catalogue, *options.encoder);
  }
  store::Catalogue catalogue = store::Catalogue::open(library.file, store::Access::write);
  const std::optional<store::ModelRow> replaced = model_to_replace(catalogue, chosen.identity);
  const store::ModelId model =
      catalogue.ensure_model(chosen.identity, chosen.name, chosen.directory);
  if (replaced) {
    for (const store::Root& root : catalogue.roots()) folders.push_back(root.path);
    if (options.note) options.note(describe_filling(*replaced, chosen.name));
  } else {
    catalogue.set_active_model(model);
  }
  const indexer::IndexJob job{
      .library = catalogue,
      .model = model,
      .encoder = chosen.loaded ? indexer::AnyEncoder(*chosen.loaded)
                               : indexer::AnyEncoder(*options.encoder),
      .open_reader = [&] { return store::Catalogue::open(library.file, store::Access::read); },
      .scopes = make_scopes(catalogue, outermost_of(std::move(folders)), options),
      .retry_failed = options.retry_failed,
      .threads = worker_count(options.threads),
      .progress = options.progress};
  IndexReport report = indexer::run_pipeline(job);
  if (replaced) report.model_change = change_if_complete(catalogue, *replaced, model);
  refresh_snapshot(catalogue);
  if (chosen.loaded && !report.stopped) {
    chosen.loaded.reset();  // The text tower needs the memory as much.
    refresh_background(catalogue, {model, chosen.identity, chosen.name, chosen.directory}, [&] {
      return encode::load_text_encoder(chosen.package, encode::Tuning::latency).value_or_throw();
    });
  }
  return report;
}

std::uint64_t forget_folder(const fs::path& library_file, const fs::path& folder) {
  const std::string text = canonical_text(folder);
  // Opening a library for writing makes it, and nothing can be forgotten by a new one.
  store::require_regular_file(library_file, store::missing_library_message(library_file));
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  std::vector<ImageId> ids;
  catalogue.visit_below(text, [&](ImageId id, std::string_view) { ids.push_back(id); });
  const std::uint64_t images = ReadyImages(catalogue).count_below(catalogue, text);
  store::Catalogue::Transaction transaction(catalogue);
  for (ImageId id : ids) catalogue.remove_image(id);
  bool was_root = false;
  for (const store::Root& root : catalogue.roots()) {
    if (root.path != text && !is_below(root.path, text)) continue;
    catalogue.remove_root(root.id);
    was_root = true;
  }
  transaction.commit();
  if (ids.empty() && !was_root) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("{} holds nothing of {}; `clipdex status` shows its folders",
                                library_file.native(), to_valid_utf8(text)));
  }
  refresh_snapshot(catalogue);
  return images;
}

}  // namespace clipdex::library
