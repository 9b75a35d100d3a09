#include "library/maintenance.hpp"

#include <algorithm>
#include <iterator>

#include "library/model_locator.hpp"
#include "library/vector_snapshot.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {
namespace {

/// What is wrong with the snapshot, unless the library itself stops the comparison: its own check
/// says why.
std::vector<store::Finding> snapshot_findings(const std::filesystem::path& library_file) {
  try {
    return check_snapshot(library_file);
  } catch (const Exception&) {
    return {};
  }
}

}  // namespace

void require_file_name(const std::filesystem::path& library_file) {
  if (!library_file.empty()) return;
  throw Exception(ErrorCode::invalid_argument,
                  "the name of the library file is empty; name one, such as clip.db");
}

std::vector<store::Finding> check(const std::filesystem::path& library_file, bool repair) {
  require_file_name(library_file);
  // First, because a repair of the library leaves no snapshot in use.
  std::vector<store::Finding> snapshot = snapshot_findings(library_file);
  std::vector<store::Finding> findings = store::check_library(library_file, repair);
  const bool sound = std::ranges::all_of(findings, &store::Finding::repaired);
  if (repair && sound) {
    store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
    refresh_snapshot(catalogue);
    for (store::Finding& finding : snapshot) {
      finding.repaired = true;
      finding.remedy = "it was made anew from the library";
    }
  }
  std::ranges::move(snapshot, std::back_inserter(findings));
  return findings;
}

store::ImportReport import_into(const std::filesystem::path& library_file,
                                const std::filesystem::path& source) {
  require_file_name(library_file);
  // Opening a library for writing makes it, and a mistyped source must leave nothing behind.
  store::require_togetheros_file(source);
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  store::ImportReport report = store::import_togetheros(catalogue, source);
  refresh_snapshot(catalogue);
  return report;
}

std::vector<encode::Check> examine_model(std::string_view directory_or_name) {
  return encode::examine_package(locate_model(directory_or_name).value_or_throw());
}

}  // namespace clipdex::library
