/// The index of a snapshot: a cascade of stages, each of which reads more of fewer rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "vectors/rotation.hpp"
#include "vectors/snapshot.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

class RowBitmap;

/// Which stage of the cascade sees every admitted row.
enum class FirstStage {
  signs,  ///< the bits, where many rows are admitted: enough for a search
  codes,  ///< the bytes, always: as good as exact, and eight times the memory to read
};

/// Searches a mapped snapshot. Any number of threads may search; a search over many rows spreads
/// over the cores of the machine.
///
/// - Signs: where more than 20,000 rows are admitted, all of these are scored by one bit a number,
///   and 12√rows + 100k of them go on, unless that is more than an eighth.
/// - Codes: what is left, or all, is scored by a byte a number, off by a few ten-thousandths for
///   unit vectors, and 4k + 100 go on.
/// - Floats: these are scored as `ExactIndex` does it, to the last bit, and ranked by that.
///
/// docs/performance.md has what the stages lose and cost. Where no more rows are admitted than a
/// stage lets pass, it is left out. Nothing is scored, and nothing takes the place of others, that
/// is not admitted.
class ScanIndex final : public VectorIndex {
 public:
  explicit ScanIndex(Snapshot snapshot, FirstStage first = FirstStage::signs);

  std::size_t dimension() const override { return snapshot_.dimension(); }
  std::size_t size() const override { return snapshot_.rows(); }
  std::size_t count(const Admitted& admitted) const override;
  std::vector<Neighbour> search(std::span<const float> query, std::size_t k,
                                const Admitted& admitted) const override;

 private:
  // The stages: each gives the numbers of the best rows, ascending, `rows_max` at most.
  std::vector<std::size_t> best_by_signs(std::span<const float> query, const RowBitmap& admitted,
                                         std::size_t rows_max) const;
  std::vector<std::size_t> best_by_codes(std::span<const float> query, const RowBitmap& admitted,
                                         std::size_t rows_max) const;
  std::vector<std::size_t> best_by_codes(std::span<const float> query,
                                         std::span<const std::size_t> rows,
                                         std::size_t rows_max) const;
  std::vector<Neighbour> best_by_floats(std::span<const float> query,
                                        std::span<const std::size_t> rows, std::size_t k) const;

  Snapshot snapshot_;
  FirstStage first_;
  Rotation rotation_;
};

}  // namespace clipdex::vectors
