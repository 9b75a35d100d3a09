/// What remains when every file has been stored: dropping the rows of files that are gone.
#pragma once

#include <vector>

#include "clipdex/library.hpp"
#include "indexer/pipeline.hpp"
#include "indexer/scan.hpp"
#include "indexer/store_stage.hpp"

namespace clipdex::indexer {

/// Removes the rows below each scope that this run did not meet, and notes when the roots were
/// scanned.
///
/// Nothing is removed where a folder could not be listed, nor from a scope that is missing or holds
/// no file at all while the library knows some there: that is what an unmounted disk looks like.
/// Such rows are kept, and a notice says so. Throws `Exception` when the library cannot be written.
void finish_scopes(const IndexJob& job, const std::vector<ScanReport>& scans,
                   const StoreStage& store, IndexReport& report);

}  // namespace clipdex::indexer
