/// What every scan over rows begins with: which rows are admitted, in runs that lie together, and
/// how they are shared among threads.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "clipdex/types.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

/// Rows in a range at most: scores are collected a range at a time, so that the heap of the best
/// does not interrupt the stream of rows.
inline constexpr std::size_t kRowsPerRange = 256;

/// The rows from `begin` up to, but without, `end`; `kRowsPerRange` at most.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  friend bool operator==(const RowRange&, const RowRange&) = default;
};

/// The rows of the admitted ids in ascending order; `ids[i]`, ascending, belongs to row i. Ids that
/// are not in `ids` are ignored. Where `ids` are not ascending after all, as in a damaged file,
/// some rows may be missing, but every range lies inside of `ids`. Thread-safe.
std::vector<RowRange> admitted_ranges(std::span<const ImageId> ids, const Admitted& admitted);

/// How many rows lie in the ranges.
std::size_t row_count(std::span<const RowRange> ranges) noexcept;

/// How many threads are worth their cost for reading so many bytes: at least 1, and no more than
/// the machine has cores.
std::size_t worker_count(std::size_t bytes) noexcept;

/// Cuts the ranges into `workers` shares of consecutive ones and calls `work(i, share)` for each,
/// on a thread of its own but for the last; returns when all are done. `work` must not throw.
void share_out(std::span<const RowRange> ranges, std::size_t workers,
               const std::function<void(std::size_t, std::span<const RowRange>)>& work);

/// Throws `Exception` with `invalid_argument` unless `query` holds `dimension` finite numbers.
void check_query_vector(std::span<const float> query, std::size_t dimension);

}  // namespace clipdex::vectors
