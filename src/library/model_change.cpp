#include "library/model_change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "library/vector_snapshot.hpp"
#include "store/library_file.hpp"

namespace clipdex::library {
namespace {

constexpr std::size_t kHashDigitsMin = 6;

std::string describe(const store::ModelRow& row) {
  return fmt::format("'{}' ({})", row.name, row.identity.hash.substr(0, 12));
}

std::string list_of(const std::vector<store::ModelRow>& rows) {
  std::vector<std::string> names;
  for (const store::ModelRow& row : rows) names.push_back(describe(row));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_called(const store::ModelRow& row, std::string_view name) {
  return row.name == name || (!row.directory.empty() && row.directory == name) ||
         (name.size() >= kHashDigitsMin && row.identity.hash.starts_with(name));
}

store::ModelRow find_model(const store::Catalogue& catalogue, std::string_view name) {
  std::vector<store::ModelRow> rows = catalogue.models();
  std::vector<store::ModelRow> found;
  std::ranges::copy_if(rows, std::back_inserter(found),
                       [&](const store::ModelRow& row) { return is_called(row, name); });
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    throw Exception(
        ErrorCode::not_found,
        fmt::format("{} holds no vectors of a model '{}'; it has those of {}",
                    catalogue.file().native(), name, rows.empty() ? "none" : list_of(rows)));
  }
  throw Exception(ErrorCode::invalid_argument,
                  fmt::format("more than one model of {} is called '{}': {}; name it by the "
                              "digits",
                              catalogue.file().native(), name, list_of(found)));
}

/// Opening a library for writing makes it, and a new one has no models.
store::Catalogue open_to_write(const std::filesystem::path& library_file) {
  store::require_regular_file(library_file, store::missing_library_message(library_file));
  return store::Catalogue::open(library_file, store::Access::write);
}

}  // namespace

std::optional<store::ModelRow> model_to_replace(const store::Catalogue& catalogue,
                                                const ModelIdentity& model) {
  std::optional<store::ModelRow> active = catalogue.active_model();
  if (!active || active->identity == model || active->identity.hash == kTogetherosIdentity) {
    return std::nullopt;
  }
  return active;
}

ModelChange change_if_complete(store::Catalogue& catalogue, const store::ModelRow& from,
                               store::ModelId to) {
  ModelChange change{.from = from.name, .to = {}, .images = catalogue.counts().ready};
  for (const store::ModelRow& row : catalogue.models()) {
    if (row.id == to) change.to = row.name;
  }
  change.vectors = catalogue.vector_count(to);
  change.done = change.vectors >= change.images;
  if (change.done) catalogue.set_active_model(to);
  return change;
}

ModelChange use_model(const std::filesystem::path& library_file, std::string_view name) {
  store::Catalogue catalogue = open_to_write(library_file);
  const store::ModelRow to = find_model(catalogue, name);
  const std::optional<store::ModelRow> from = catalogue.active_model();
  catalogue.set_active_model(to.id);
  ModelChange change{.from = from ? from->name : "", .to = to.name, .done = true};
  change.vectors = catalogue.vector_count(to.id);
  change.images = catalogue.counts().ready;
  refresh_snapshot(catalogue);
  return change;
}

std::uint64_t drop_model(const std::filesystem::path& library_file, std::string_view name) {
  store::Catalogue catalogue = open_to_write(library_file);
  const store::ModelRow model = find_model(catalogue, name);
  const std::uint64_t vectors = catalogue.vector_count(model.id);
  catalogue.remove_model(model.id);
  refresh_snapshot(catalogue);
  return vectors;
}

}  // namespace clipdex::library
