#include "clipdex/library.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "library/indexing.hpp"
#include "library/maintenance.hpp"
#include "library/model_change.hpp"
#include "library/model_locator.hpp"
#include "library/query_cache.hpp"
#include "library/ready_images.hpp"
#include "library/score_background.hpp"
#include "library/search_engine.hpp"
#include "library/templates.hpp"
#include "library/vector_snapshot.hpp"
#include "model/package.hpp"
#include "model/variant.hpp"
#include "search/execute.hpp"
#include "store/catalogue.hpp"

namespace clipdex {
namespace {

using library::SearchEngine;

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

/// 0 when there is no such file.
std::uint64_t bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

bool is_demo_model(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::equivalent(directory, library::demo_model_directory(), error);
}

Query with_templates_of(const store::ModelRow& model, Query query) {
  const auto file = std::filesystem::path(model.directory) / library::kModelTemplates;
  for (std::string& sentence : library::read_templates(file).value_or_throw()) {
    query.templates.push_back(std::move(sentence));
  }
  return query;
}

}  // namespace

struct Library::Parts {
  LibraryOptions options;
  mutable std::mutex mutex;
  mutable std::shared_ptr<SearchEngine> engine_in_use;
  mutable std::shared_ptr<SearchEngine> vector_engine_in_use;

  store::Catalogue open_reader() const {
    return store::Catalogue::open(options.file, store::Access::read);
  }

  /// The engine of the model that searches use; made anew when the library changed its model.
  std::shared_ptr<SearchEngine> engine(const store::Catalogue& catalogue) const {
    const std::lock_guard lock(mutex);
    if (engine_in_use && !options.model.empty()) return engine_in_use;
    const std::optional<store::ModelRow> active = catalogue.active_model();
    // Both, because another file may have taken the place of the library since.
    if (engine_in_use && active && active->id == engine_in_use->model().id &&
        active->identity == engine_in_use->model().identity) {
      return engine_in_use;
    }
    if (options.model.empty()) {
      store::ModelRow row = library::active_row(catalogue);
      engine_in_use = std::make_shared<SearchEngine>(
          [file = options.file, precision = options.precision, row] {
            return model::with_variant(library::find_package(file, row), precision)
                .value_or_throw();
          },
          is_demo_model(row.directory), row);
    } else {
      library::ChosenModel chosen = library::choose_model(catalogue, options.model);
      const model::Package package =
          model::with_variant(std::move(chosen.package), options.precision).value_or_throw();
      engine_in_use = std::make_shared<SearchEngine>(&package, std::move(chosen.row));
    }
    return engine_in_use;
  }

  /// An engine for vectors of this identity, with or without a model package.
  std::shared_ptr<SearchEngine> vector_engine(const store::Catalogue& catalogue,
                                              const ModelIdentity& identity) const {
    const std::lock_guard lock(mutex);
    for (const auto& engine : {engine_in_use, vector_engine_in_use}) {
      if (engine && engine->model().identity == identity) return engine;
    }
    for (store::ModelRow& row : catalogue.models()) {
      if (row.identity != identity) continue;
      vector_engine_in_use = std::make_shared<SearchEngine>(nullptr, std::move(row));
      return vector_engine_in_use;
    }
    throw Exception(
        ErrorCode::wrong_model,
        fmt::format("{} holds no vectors of the model that made this query ({}, {} numbers); use "
                    "the encoder that filled the library",
                    catalogue.file().native(), identity.hash, identity.dimension));
  }
};

Library::Library(LibraryOptions options) : parts_(std::make_unique<Parts>()) {
  library::require_file_name(options.file);
  parts_->options = std::move(options);
}
Library::~Library() = default;
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;

IndexReport Library::index(const IndexOptions& options) {
  return library::index_folders(parts_->options, options);
}

ModelChange Library::use_model(std::string_view name) {
  return library::use_model(parts_->options.file, name);
}

std::uint64_t Library::drop_model(std::string_view name) {
  return library::drop_model(parts_->options.file, name);
}

std::uint64_t Library::forget(const std::filesystem::path& folder) {
  return library::forget_folder(parts_->options.file, folder);
}

SearchResult Library::search(const Query& query) {
  const auto began = std::chrono::steady_clock::now();
  store::Catalogue catalogue = parts_->open_reader();
  if (!catalogue.active_model()) return {};  // Nothing was indexed yet, so nothing can be found.
  const std::shared_ptr<SearchEngine> engine = parts_->engine(catalogue);

  const library::Precision precision =
      query.exact ? library::Precision::exact : library::Precision::enough;
  library::QueryCache cache(catalogue, engine->model().identity, parts_->options.precision);
  const std::optional<library::MatchMeter> meter =
      library::MatchMeter::open(catalogue, engine->model());
  std::function<std::optional<double>(ImageId, double)> match;
  if (meter) match = [&](ImageId image, double score) { return meter->match(image, score); };
  std::shared_ptr<const vectors::VectorIndex> index;
  const search::Sources sources{engine->towers(),
                                [&]() -> const vectors::VectorIndex& {
                                  index = engine->index(catalogue, precision);
                                  return *index;
                                },
                                catalogue, parts_->options.query_cache ? &cache : nullptr, match};
  SearchResult result = search::execute(
      query.model_templates ? with_templates_of(engine->model(), query) : query, sources);
  result.times.open_ms = milliseconds_since(began) - result.times.encode_ms - result.times.rank_ms;
  result.model_name = engine->model().name;
  result.by_demo_model = engine->is_demo();
  cache.write();
  return result;
}

SearchResult Library::search_vector(const VectorQuery& query) {
  const auto began = std::chrono::steady_clock::now();
  const store::Catalogue catalogue = parts_->open_reader();
  if (!catalogue.active_model()) return {};
  const auto index = parts_->vector_engine(catalogue, query.model)->index(catalogue);
  SearchResult result = search::execute(query, *index, catalogue);
  result.times.open_ms = milliseconds_since(began) - result.times.rank_ms;
  return result;
}

LibraryStatus Library::status() const {
  const store::Catalogue catalogue = parts_->open_reader();
  const store::Counts counts = catalogue.counts();
  LibraryStatus status;
  status.file = catalogue.file();
  status.file_bytes = bytes_of(catalogue.file()) + bytes_of(catalogue.file().native() + "-wal");
  status.snapshot_bytes = bytes_of(library::snapshot_path(catalogue.file()));
  status.ready = counts.ready;
  status.failed = counts.failed;
  status.not_images = counts.not_image;
  const library::ReadyImages images(catalogue);
  for (const store::Root& root : catalogue.roots()) {
    std::error_code error;
    status.roots.push_back({root.path, images.count_below(catalogue, root.path),
                            std::filesystem::is_directory(root.path, error), root.indexed_at_s,
                            root.excludes});
  }
  const std::optional<store::ModelRow> active = catalogue.active_model();
  for (const store::ModelRow& row : catalogue.models()) {
    status.models.push_back({row.identity, row.name, row.directory, catalogue.vector_count(row.id),
                             active && active->id == row.id, is_demo_model(row.directory)});
  }
  for (const store::Failure& failure : catalogue.failures()) {
    status.failures.push_back({failure.path, failure.code, failure.message});
  }
  return status;
}

Library::ModelInUse Library::model() const {
  const std::shared_ptr<SearchEngine> engine = parts_->engine(parts_->open_reader());
  return {engine->model().name, engine->model().identity, engine->is_demo()};
}

}  // namespace clipdex
