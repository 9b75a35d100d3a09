/// What every scan over rows begins with: which rows are admitted, as one bit a row, and how the
/// rows are shared among threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "clipdex/types.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

/// Rows in a tile at most: scores are collected a tile at a time, so that choosing the best does
/// not interrupt the stream of rows. A multiple of the 64 bits of a word.
inline constexpr std::size_t kRowsPerTile = 256;

/// How the ids of rows lie.
enum class IdOrder {
  ascending,  ///< a few that are admitted are found with few looks
  any,        ///< every id is looked at
};

/// The rows of an index that a search may return: an eighth of a byte each, built in one pass over
/// the admitted ids, and asked by every stage of a search, so that what is not admitted is never
/// scored in place of what is. Any number of threads may read it.
class RowBitmap {
 public:
  /// `ids[i]` belongs to row i; ids that are admitted but not among them are ignored. Where `ids`
  /// were said to ascend and do not, as in a damaged file, some rows may be missing.
  RowBitmap(std::span<const ImageId> ids, const Admitted& admitted,
            IdOrder order = IdOrder::ascending);

  /// As many rows as the other one has, none of them admitted.
  static RowBitmap none_of(const RowBitmap& other);

  /// Admits of the rows from `begin` up to, but without, `end`, of which none is admitted yet,
  /// those that `other` admits, which has as many rows.
  void copy_rows(const RowBitmap& other, std::size_t begin, std::size_t end) noexcept;

  /// How many rows are admitted.
  std::size_t count() const noexcept { return count_; }

  /// How many tiles the rows make; the last one may be short.
  std::size_t tiles() const noexcept { return (rows_ + kRowsPerTile - 1) / kRowsPerTile; }

  /// Calls `visit(begin, end)` for the runs of admitted rows of a tile, in ascending order: rows
  /// from `begin` up to, but without, `end`, `kRowsPerTile` at most, none of them admitted twice.
  template <class Visit>
  void visit_runs(std::size_t tile, Visit&& visit) const {
    const std::size_t tile_end = std::min((tile + 1) * kRowsPerTile, rows_);
    std::size_t begin = next(true, tile * kRowsPerTile, tile_end);
    while (begin < tile_end) {
      const std::size_t end = next(false, begin, tile_end);
      visit(begin, end);
      begin = next(true, end, tile_end);
    }
  }

 private:
  RowBitmap() = default;
  void admit(std::size_t row) noexcept;
  void admit_ascending(std::span<const ImageId> ids, std::span<const ImageId> admitted);
  void admit_in_disorder(std::span<const ImageId> ids, std::span<const ImageId> admitted);
  /// The first row from `row` on that is or, else, is not admitted; `end` if there is none before.
  std::size_t next(bool is_admitted, std::size_t row, std::size_t end) const noexcept;

  std::size_t rows_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> words_;  ///< the first row is the lowest bit of the first word
};

/// How many threads are worth their cost for reading so many bytes: at least 1, and no more than
/// the machine has cores.
std::size_t worker_count(std::size_t bytes) noexcept;

/// Cuts so many items into `workers` shares of consecutive ones and calls `work(i, begin, end)` for
/// each, on a thread of its own but for the last; returns when all are done. `work` must not throw.
void share_out(std::size_t items, std::size_t workers,
               const std::function<void(std::size_t, std::size_t, std::size_t)>& work);

/// Throws `Exception` with `invalid_argument` unless `query` holds `dimension` finite numbers.
void check_query_vector(std::span<const float> query, std::size_t dimension);

}  // namespace clipdex::vectors
