/// k-means: the centres around which the rows of a large snapshot are listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vectors/aligned_allocator.hpp"
#include "vectors/rotation.hpp"

namespace clipdex::vectors {

/// Rows of floats, `float_stride(dimension)` each, padded with zeros.
using PaddedRows = std::vector<float, AlignedAllocator<float>>;

/// Points among which the nearest one to a row is found. Any number of threads may ask.
class Centres {
 public:
  /// Takes `rows`, of which there is at least one, all finite. The seed is that of the rotation
  /// before signs are taken.
  Centres(PaddedRows rows, std::size_t dimension, std::uint64_t rotation_seed);

  std::size_t count() const noexcept { return half_squares_.size(); }
  const PaddedRows& rows() const noexcept { return rows_; }

  /// The number of the centre with the least Euclidean distance to `row`, which is padded, aligned
  /// as `dot_products` needs it, and finite. All centres are compared by their signs, and the 16
  /// that seem nearest in float32, so now and then another one comes that is nearly as near.
  std::size_t nearest(std::span<const float> row) const;

 private:
  std::size_t dimension_;
  PaddedRows rows_;
  Rotation rotation_;
  std::vector<float> mean_;
  std::vector<float> half_squares_;          ///< half the squared length of each centre
  std::vector<float> centred_half_squares_;  ///< the same of each less the mean
  std::vector<std::uint64_t> signs_;         ///< of the centres less their mean, in blocks
  std::vector<float> scales_;
};

/// Centres of about `count` clusters of `sample`, which is padded rows, all finite and at least
/// `count` of them: Lloyd's algorithm (Least Squares Quantization in PCM, 1982) from rows of the
/// sample that lie evenly spread in it, eight rounds. The same sample gives the same centres on
/// one machine. Spreads over the cores of the machine.
Centres cluster(std::span<const float> sample, std::size_t dimension, std::size_t count,
                std::uint64_t rotation_seed);

}  // namespace clipdex::vectors
