/// The exact index: compares the query with every admitted row in float32. It is fast enough for a
/// few hundred thousand images, and the oracle that every other index is tested against.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "clipdex/types.hpp"
#include "vectors/aligned_allocator.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

class RowBitmap;
class TopK;

/// All rows in one block of memory, 4 bytes a float, each row padded to a multiple of 64 bytes.
///
/// Its life: made for a dimension, filled by `add` from one thread, and from then on only searched,
/// by any number of threads. A search over many rows spreads over the cores of the machine.
class ExactIndex final : public VectorIndex {
 public:
  /// An empty index. Throws `Exception` with `invalid_argument` when `dimension` is 0.
  explicit ExactIndex(std::size_t dimension);

  /// Makes room for this many rows in all, so that filling never copies what is there.
  void reserve(std::size_t rows);

  /// Appends a row; the vector is copied. Ids come in ascending order, as
  /// `Catalogue::visit_vectors` gives them. Throws `Exception` with `invalid_argument` when the
  /// vector has another dimension, or the id is not greater than the one before; then the index is
  /// as it was.
  void add(ImageId id, std::span<const float> vector);

  std::size_t dimension() const override { return dimension_; }
  std::size_t size() const override { return ids_.size(); }
  std::size_t count(const Admitted& admitted) const override;
  std::vector<Neighbour> search(std::span<const float> query, std::size_t k,
                                const Admitted& admitted) const override;

 private:
  /// Offers the admitted rows of a tile to `best`.
  void scan(const float* padded_query, const RowBitmap& rows, std::size_t tile, TopK& best) const;

  std::size_t dimension_;
  std::size_t stride_;  ///< floats from one row to the next
  std::vector<float, AlignedAllocator<float>> rows_;
  std::vector<ImageId> ids_;  ///< ascending; `ids_[i]` belongs to row i
};

}  // namespace clipdex::vectors
