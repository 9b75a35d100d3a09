#include "library/maintenance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/directories.hpp"
#include "clipdex/model.hpp"
#include "library/model_locator.hpp"
#include "library/score_background.hpp"
#include "library/vector_snapshot.hpp"
#include "model/package.hpp"
#include "store/catalogue.hpp"
#include "store/import_togetheros.hpp"
#include "store/import_vectors.hpp"

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

store::ImportReport import_togetheros(const std::filesystem::path& library_file,
                                      const std::filesystem::path& source,
                                      const ProgressCallback& progress) {
  require_file_name(library_file);
  // Opening a library for writing makes it, and a mistyped source must leave nothing behind.
  store::require_togetheros_file(source);
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  store::ImportReport report = store::import_togetheros(catalogue, source, progress);
  refresh_snapshot(catalogue);
  return report;
}

store::ImportReport import_vectors(const std::filesystem::path& library_file,
                                   const VectorFiles& files, std::string_view model,
                                   const ProgressCallback& progress) {
  require_file_name(library_file);
  if (model.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("name the model that made the vectors of {} with --model DIR",
                                files.vectors.native()));
  }
  const store::VectorSource source =
      store::VectorSource::open(files.vectors, files.paths).value_or_throw();
  const model::Package package =
      model::read_package(locate_model(model).value_or_throw()).value_or_throw();
  const Model maker(package.directory.native());
  if (maker.identity().dimension != source.dimension()) {
    throw Exception(
        ErrorCode::invalid_argument,
        fmt::format("{} holds vectors of {} numbers, but those of the model '{}' have {}; name the "
                    "model that made them with --model DIR",
                    files.vectors.native(), source.dimension(), maker.name(),
                    maker.identity().dimension));
  }
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  const store::ModelId id =
      catalogue.ensure_model(maker.identity(), maker.name(), package.directory.native());
  if (!catalogue.active_model()) catalogue.set_active_model(id);
  store::ImportReport report = source.import_into(catalogue, id, progress);
  refresh_snapshot(catalogue);
  if (!report.stopped) {
    refresh_background(
        catalogue, {id, maker.identity(), maker.name(), package.directory.native()}, [&] {
          return encode::load_text_encoder(package, encode::Tuning::latency).value_or_throw();
        });
  }
  return report;
}

std::vector<encode::Check> examine_model(std::string_view directory_or_name) {
  return encode::examine_package(locate_model(directory_or_name).value_or_throw(),
                                 program_data_directory() / "samples" / "album");
}

}  // namespace clipdex::library
