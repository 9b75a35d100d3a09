/// The passes of a cascade: each reads one plane of a snapshot, once for several searches, and
/// keeps for each of them the rows that it scores best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vectors/inverted_lists.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/signs.hpp"
#include "vectors/snapshot.hpp"

namespace clipdex::vectors {

/// Numbers of rows, ascending.
using RowNumbers = std::vector<std::size_t>;

/// What one search asks of the pass over the signs.
struct SignTask {
  SignQuery query;                  ///< of the rotated query
  std::vector<float> list_scores;   ///< of the query with the centre of each list
  const RowBitmap* rows = nullptr;  ///< which rows to score; it outlives the pass
  std::size_t kept = 0;             ///< how many of them to keep at most
};

/// For each task the rows that score best by the centre of their list and their signs, of equal
/// ones the first. Which ones does not depend on what else shares the pass, nor on threads, over
/// which a long one spreads. Thread-safe.
std::vector<RowNumbers> best_by_signs(const Snapshot& snapshot, const InvertedLists& lists,
                                      std::span<const SignTask> tasks);

/// What one search asks of a pass over the codes, which scores the rows of the bitmap, if there is
/// one, or else those that are numbered.
struct CodeTask {
  std::span<const float> query;     ///< `snapshot.dimension()` finite floats; they outlive the pass
  const RowBitmap* rows = nullptr;  ///< many rows; it outlives the pass
  RowNumbers rows_apart;            ///< few of many
  std::size_t kept = 0;             ///< how many of them to keep at most
};

/// The same by codes.
std::vector<RowNumbers> best_by_codes(const Snapshot& snapshot, std::span<const CodeTask> tasks);

}  // namespace clipdex::vectors
