/// The snapshot of vectors beside a library: when it may be used, when it is written anew, and what
/// is checked of it. The library file is the truth; docs/adr/0008-vector-snapshot.md says why a
/// wrong snapshot is never used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "store/catalogue.hpp"
#include "store/check.hpp"
#include "vectors/scan_index.hpp"

namespace clipdex::library {

/// Below this many vectors a snapshot is not worth a file: reading them takes a few milliseconds.
inline constexpr std::uint64_t kSnapshotRowsMin = 2'000;

/// `clip.db` → `clip.db.vectors`.
std::filesystem::path snapshot_path(const std::filesystem::path& library_file);

/// An index over the snapshot of this library, which begins with `first`, if there is one of
/// exactly the vectors that the library holds of `model` now; else null, without a word, and the
/// caller reads them itself. What `catalogue` says is of one moment if the caller holds a
/// `ReadView`. Throws what the catalogue throws.
std::shared_ptr<const vectors::VectorIndex> open_snapshot(
    const store::Catalogue& catalogue, const store::ModelRow& model,
    vectors::FirstStage first = vectors::FirstStage::signs);

/// Brings the snapshot of the active model up to date: leaves it, writes it anew, or removes it
/// where there are fewer than `rows_min` vectors. The last step of whoever changed the library;
/// `catalogue` is open for writing. What goes wrong is a line in the log and no error, because
/// everything works without a snapshot; the old one is gone then.
void refresh_snapshot(store::Catalogue& catalogue, std::uint64_t rows_min = kSnapshotRowsMin);

/// Reads a snapshot whole and compares it with the library. One that is not in use, because the
/// library changed since, is no fault, and neither is none.
/// @return at most one finding, not repaired. Throws what opening the library throws.
std::vector<store::Finding> check_snapshot(const std::filesystem::path& library_file);

}  // namespace clipdex::library
