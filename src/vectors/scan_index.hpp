/// The index of a snapshot: a cascade that reads a byte for each number of every row, and the
/// float32 rows of the best few alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vectors/snapshot.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

class TopK;
struct RowRange;

/// Searches a mapped snapshot. Any number of threads may search; a search over many rows spreads
/// over the cores of the machine.
///
/// First every admitted row is scored by its codes, which are off by a few ten-thousandths for unit
/// vectors; the 4k + 100 best are then scored in float32 as `ExactIndex` does it, to the last bit,
/// and ranked by that. A row is missed only if more than 3k + 100 others lie within the codes'
/// error of it. Where no more rows than that are admitted, all are scored in float32. Nothing is
/// read of rows that are not admitted but their ids.
class ScanIndex final : public VectorIndex {
 public:
  explicit ScanIndex(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  std::size_t dimension() const override { return snapshot_.dimension(); }
  std::size_t size() const override { return snapshot_.rows(); }
  std::size_t count(const Admitted& admitted) const override;
  std::vector<Neighbour> search(std::span<const float> query, std::size_t k,
                                const Admitted& admitted) const override;

 private:
  /// The rows, ascending, whose codes score best, at most `rows_max`.
  std::vector<std::size_t> candidates(std::span<const float> query,
                                      std::span<const RowRange> ranges, std::size_t rows_max) const;
  /// Offers every row of the ranges to `best`, under its number instead of its id.
  void scan(const std::int16_t* query, float query_scale, std::span<const RowRange> ranges,
            TopK& best) const;

  Snapshot snapshot_;
};

}  // namespace clipdex::vectors
