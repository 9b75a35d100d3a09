/// Main path 1: from folders to rows and vectors.
///
///   scan ──candidates──▶ decode ──squares──▶ encode ──outcomes──▶ store
///     └───────────────────────┴────────────────────outcomes────────▲
///
/// Every arrow is a bounded queue, so memory stays flat however many files there are.
#pragma once

#include <functional>
#include <vector>

#include "clipdex/library.hpp"
#include "indexer/encode_stage.hpp"
#include "indexer/scan.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// Everything that a run of indexing needs. The references must outlive the run.
struct IndexJob {
  store::Catalogue& library;  ///< open for writing
  store::ModelId model = 0;   ///< whose vectors are made
  AnyEncoder encoder;
  std::function<store::Catalogue()> open_reader;  ///< a further connection to the same library
  std::vector<ScanScope> scopes;
  bool retry_failed = false;
  unsigned threads = 1;       ///< decode workers, and as many encode workers
  ProgressCallback progress;  ///< may be empty; called from the calling thread
};

/// Brings the library up to date with the scopes. Blocks until everything is stored, or the
/// progress callback asked to stop and what was in flight is stored. Throws `Exception` when the
/// library cannot be written or the encoder fails; committed batches stay.
IndexReport run_pipeline(const IndexJob& job);

}  // namespace clipdex::indexer
