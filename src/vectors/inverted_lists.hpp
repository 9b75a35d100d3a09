/// The lists of a snapshot: which of its rows lie near to each other, and which are worth a look.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "vectors/row_bitmap.hpp"
#include "vectors/snapshot.hpp"

namespace clipdex::vectors {

/// The lists as stretches of rows, each around its centre. Any number of threads may ask.
class InvertedLists {
 public:
  /// The snapshot's mapping outlives this; the snapshot itself may be moved. In a damaged file,
  /// lists may be empty or longer, but they never overlap nor leave the rows.
  explicit InvertedLists(const Snapshot& snapshot);

  std::size_t count() const noexcept { return ends_.size(); }

  /// The first row of a list, and the first one behind it.
  std::size_t begin(std::size_t list) const noexcept { return list == 0 ? 0 : ends_[list - 1]; }
  std::size_t end(std::size_t list) const noexcept { return ends_[list]; }

  /// The list that holds a row of the snapshot.
  std::size_t list_of(std::size_t row) const noexcept;

  /// The dot product of the query, of `dimension` numbers, with the centre of each list.
  std::vector<float> scores(std::span<const float> query) const;

  /// The admitted rows of the lists of the greatest scores: of so many lists that there are at
  /// least `rows_min` such rows, or all of them.
  RowBitmap best(const RowBitmap& admitted, std::span<const float> scores,
                 std::size_t rows_min) const;

 private:
  std::vector<std::size_t> ends_;
  std::span<const float> centres_;
};

}  // namespace clipdex::vectors
