/// What a search needs in memory: the model's towers and the library's vectors, loaded once and
/// kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "encode/encoders.hpp"
#include "model/package.hpp"
#include "store/catalogue.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::library {

/// How sure an answer must be to hold the best images.
enum class Precision {
  enough,  ///< nearly all of them: a bit a number decides which rows are looked at closely
  exact,   ///< every row is compared by a byte a number, and the best again in float32
};

/// One embedding space of one library, ready to be searched. Thread-safe.
class SearchEngine {
 public:
  /// @param package the model that made the vectors of `model`; nothing is loaded yet. Null: only
  ///                vectors can be searched with.
  SearchEngine(const model::Package* package, store::ModelRow model);

  /// @param find_package gives the model that made the vectors of `model`, or throws; called when a
  ///                     tower is first needed, which texts that were searched for before do not do
  SearchEngine(std::function<model::Package()> find_package, bool is_demo, store::ModelRow model);

  const store::ModelRow& model() const noexcept { return model_; }
  bool is_demo() const noexcept { return is_demo_; }
  /// The engine must have been given a package.
  encode::Towers& towers() noexcept { return *towers_; }

  /// The vectors as the catalogue holds them now: mapped, where there is a snapshot of them, else
  /// read, and then compared in float32; kept, and looked up again when another connection has
  /// written since. The index stays valid as long as the pointer is held.
  std::shared_ptr<const vectors::VectorIndex> index(const store::Catalogue& catalogue,
                                                    Precision precision = Precision::enough);

 private:
  const store::ModelRow model_;
  const bool is_demo_;
  const std::unique_ptr<encode::Towers> towers_;
  std::mutex mutex_;
  struct Held {
    std::shared_ptr<const vectors::VectorIndex> index;
    store::VectorState state;  ///< of the library when it was made
  };
  Held enough_;
  Held exact_;
};

/// The package of the model whose vectors a search uses: the one that `wanted` names, else the
/// library's active one, looked for where it was and on the shelves. Throws `wrong_model` when the
/// library has no vectors of the model named, or when the package of its vectors cannot be found
/// any more; the message says what to do.
struct ChosenModel {
  model::Package package;
  store::ModelRow row;
};
ChosenModel choose_model(const store::Catalogue& catalogue, std::string_view wanted);

/// The same in two steps, for whoever may need no package: the row of the library's active model,
/// and the package that made its vectors, looked for where it was and on the shelves.
store::ModelRow active_row(const store::Catalogue& catalogue);
model::Package find_package(const std::filesystem::path& library_file, const store::ModelRow& row);

}  // namespace clipdex::library
