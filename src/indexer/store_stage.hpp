/// The stage that turns outcomes into rows: the only one that writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "clipdex/library.hpp"
#include "indexer/outcome.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// Stores outcomes in batches and counts them. One thread.
///
/// A row and its vector are in the same transaction. A batch is committed after `kBatchItemsMax`
/// outcomes or `kBatchTimeMax`, whichever is first; that is what a killed process can lose.
class StoreStage {
 public:
  static constexpr int kBatchItemsMax = 64;
  static constexpr std::chrono::seconds kBatchTimeMax{2};

  /// Both must outlive the stage.
  StoreStage(store::Catalogue& library, store::ModelId model, IndexReport& report);

  /// Takes one outcome over. Throws `Exception` when the library cannot be written.
  void store(Outcome outcome);

  /// Commits what is open. Throws as `store`.
  void flush();

  /// Files whose content had a vector when they were read and has none any more, because the image
  /// that lent it changed in the same run. They must go through the stages once more. Empties the
  /// list.
  std::vector<Candidate> take_deferred();

  /// Whether this run met the image.
  bool was_seen(ImageId id) const;

 private:
  void put(Outcome outcome);
  void put_same_content(Outcome outcome);
  void count_unchanged(store::ImageState state);
  void note_failure(const Outcome& outcome);
  void mark_seen(ImageId id);

  store::Catalogue& library_;
  const store::ModelId model_;
  IndexReport& report_;
  std::optional<store::Catalogue::Transaction> batch_;
  std::chrono::steady_clock::time_point batch_began_;
  int batch_items_ = 0;
  std::vector<Candidate> deferred_;
  std::vector<bool> seen_;  ///< by image id: one bit for each row of the library
};

}  // namespace clipdex::indexer
