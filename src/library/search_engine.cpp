#include "library/search_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "library/model_locator.hpp"
#include "library/vector_snapshot.hpp"
#include "vectors/exact_index.hpp"
#include "vectors/scan_index.hpp"

namespace clipdex::library {
namespace {

std::string describe(const store::ModelRow& row) {
  return fmt::format("'{}' ({})", row.name, row.identity.hash.substr(0, 12));
}

/// The package in a directory, if it is whole and makes vectors of this identity.
std::optional<model::Package> package_with_hash(const std::filesystem::path& directory,
                                                const std::string& hash) {
  Result<model::Package> package = model::read_package(directory);
  if (!package) return std::nullopt;
  Result<std::string> found = model::package_hash(package.value());
  if (!found || found.value() != hash) return std::nullopt;
  return std::move(package).value();
}

ChosenModel choose_named(const store::Catalogue& catalogue, std::string_view wanted) {
  model::Package package =
      model::read_package(locate_model(wanted).value_or_throw()).value_or_throw();
  const std::string hash = model::package_hash(package).value_or_throw();
  const std::vector<store::ModelRow> rows = catalogue.models();
  for (const store::ModelRow& row : rows) {
    if (row.identity.hash == hash) return {std::move(package), row};
  }
  const std::optional<store::ModelRow> active = catalogue.active_model();
  throw Exception(
      ErrorCode::wrong_model,
      fmt::format("the vectors of {} were made by the model {}, and those of '{}' ({}) cannot be "
                  "compared with them; leave --model out, or index into another library with "
                  "--library FILE --model {}",
                  catalogue.file().native(), active ? describe(*active) : "of an import",
                  package.name, hash.substr(0, 12), package.directory.native()));
}

std::shared_ptr<const vectors::VectorIndex> read_vectors(const store::Catalogue& catalogue,
                                                         const store::ModelRow& model) {
  auto index = std::make_shared<vectors::ExactIndex>(model.identity.dimension);
  index->reserve(catalogue.vector_count(model.id));
  catalogue.visit_vectors(
      model.id, [&](ImageId id, std::span<const float> vector) { index->add(id, vector); });
  return index;
}

/// The towers of a package that is looked for when the first of them is needed.
class SoughtTowers final : public encode::Towers {
 public:
  explicit SoughtTowers(std::function<model::Package()> find_package)
      : find_package_(std::move(find_package)) {}

  encode::ImageEncoder& image() override { return found().image(); }
  encode::TextEncoder& text() override { return found().text(); }

 private:
  encode::Towers& found() {
    const std::lock_guard lock(mutex_);
    if (!towers_) towers_ = encode::make_towers(find_package_(), encode::Tuning::latency);
    return *towers_;
  }

  const std::function<model::Package()> find_package_;
  std::mutex mutex_;
  std::unique_ptr<encode::Towers> towers_;
};

}  // namespace

SearchEngine::SearchEngine(std::function<model::Package()> find_package, bool is_demo,
                           store::ModelRow model)
    : model_(std::move(model)),
      is_demo_(is_demo),
      towers_(std::make_unique<SoughtTowers>(std::move(find_package))) {}

SearchEngine::SearchEngine(const model::Package* package, store::ModelRow model)
    : model_(std::move(model)),
      is_demo_(package != nullptr && package->is_demo),
      towers_(package == nullptr ? nullptr
                                 : encode::make_towers(*package, encode::Tuning::latency)) {}

std::shared_ptr<const vectors::VectorIndex> SearchEngine::index(const store::Catalogue& catalogue,
                                                                Precision precision) {
  const std::lock_guard lock(mutex_);
  const store::Catalogue::ReadView view(catalogue);
  const store::VectorState state = catalogue.vector_state();
  Held& held = precision == Precision::exact ? exact_ : enough_;
  if (held.index && held.state == state) return held.index;
  held.index = open_snapshot(
      catalogue, model_,
      precision == Precision::exact ? vectors::FirstStage::codes : vectors::FirstStage::signs);
  if (!held.index) held.index = read_vectors(catalogue, model_);
  held.state = state;
  return held.index;
}

store::ModelRow active_row(const store::Catalogue& catalogue) {
  if (std::optional<store::ModelRow> active = catalogue.active_model()) return *std::move(active);
  throw Exception(ErrorCode::not_found,
                  fmt::format("{} holds no vectors yet; put images in with: clipdex index FOLDER",
                              catalogue.file().native()));
}

model::Package find_package(const std::filesystem::path& library_file, const store::ModelRow& row) {
  std::vector<std::filesystem::path> directories = installed_models();
  if (!row.directory.empty()) directories.insert(directories.begin(), row.directory);
  for (const std::filesystem::path& directory : directories) {
    if (auto package = package_with_hash(directory, row.identity.hash)) return *std::move(package);
  }
  if (row.directory.empty()) {
    throw Exception(
        ErrorCode::wrong_model,
        fmt::format("the vectors of {} were imported ({}), and no model here makes such vectors; "
                    "give the text encoder that belongs to them (--model DIR), or index the "
                    "folders with a model: clipdex index FOLDER",
                    library_file.native(), row.name));
  }
  throw Exception(
      ErrorCode::wrong_model,
      fmt::format(
          "the vectors of {} were made by the model {}, which is not at {} any more, or has "
          "changed; say where it is with --model DIR",
          library_file.native(), describe(row), row.directory));
}

ChosenModel choose_model(const store::Catalogue& catalogue, std::string_view wanted) {
  if (!wanted.empty()) return choose_named(catalogue, wanted);
  store::ModelRow row = active_row(catalogue);
  model::Package package = find_package(catalogue.file(), row);
  return {std::move(package), std::move(row)};
}

}  // namespace clipdex::library
