#include "indexer/finish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string_view>

#include "base/utf8.hpp"

namespace clipdex::indexer {
namespace {

bool lies_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) &&
         (path.size() == folder.size() || folder == "/" || path[folder.size()] == '/');
}

struct Unmet {
  std::vector<ImageId> to_remove;
  std::uint64_t rows = 0;  ///< all rows below the scope, met or not
};

Unmet find_unmet(const store::Catalogue& library, const ScanScope& scope, const ScanReport& scan,
                 const StoreStage& store) {
  Unmet unmet;
  library.visit_below(scope.folder, [&](ImageId id, std::string_view path) {
    ++unmet.rows;
    if (store.was_seen(id)) return;
    const bool unknown =
        std::any_of(scan.unreadable.begin(), scan.unreadable.end(),
                    [&](const std::string& folder) { return lies_below(path, folder); });
    if (!unknown) unmet.to_remove.push_back(id);
  });
  return unmet;
}

void finish_scope(const IndexJob& job, const ScanScope& scope, const ScanReport& scan,
                  const StoreStage& store, IndexReport& report) {
  const Unmet unmet = find_unmet(job.library, scope, scan, store);
  for (const std::string& folder : scan.unreadable) {
    report.notices.push_back(
        fmt::format("{} could not be read; what the library holds of it was kept. Check that it is "
                    "mounted and that you may read it.",
                    to_valid_utf8(folder)));
  }
  if (scan.files == 0 && unmet.rows > 0 && scan.unreadable.empty()) {
    report.notices.push_back(
        fmt::format("{} is empty now, as an unmounted disk looks; its {} images were kept. If they "
                    "are really gone, "
                    "say so with: clipdex forget {}",
                    to_valid_utf8(scope.folder), unmet.rows, to_valid_utf8(scope.folder)));
    return;
  }
  // A run that removes nothing leaves the generation as it is, and caches of the vectors with it.
  std::optional<store::Catalogue::Transaction> transaction;
  if (!unmet.to_remove.empty()) transaction.emplace(job.library);
  for (ImageId id : unmet.to_remove) job.library.remove_image(id);
  if (scope.folder == scope.root.path && scan.unreadable.empty()) {
    job.library.mark_root_indexed(scope.root.id, std::time(nullptr));
  }
  if (transaction) transaction->commit();
  report.removed += unmet.to_remove.size();
}

}  // namespace

void finish_scopes(const IndexJob& job, const std::vector<ScanReport>& scans,
                   const StoreStage& store, IndexReport& report) {
  for (std::size_t i = 0; i < scans.size(); ++i) {
    finish_scope(job, job.scopes[i], scans[i], store, report);
  }
}

}  // namespace clipdex::indexer
