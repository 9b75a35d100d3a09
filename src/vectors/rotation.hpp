/// A random rotation that costs n log n instead of n²: it spreads what a vector holds evenly over
/// its numbers, which is what makes one bit of each worth keeping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace clipdex::vectors {

/// An orthogonal map of `size()` dimensions that a seed decides: four rounds of random signs and a
/// Walsh-Hadamard transform. Where the size is no power of two, a round transforms the first or, in
/// turn, the last numbers, as many as the greatest power of two below it. Three rounds on a power
/// of two are as good as a random rotation for hashing by signs (Andoni, Indyk, Laarhoven,
/// Razenshteyn, Schmidt: Practical and Optimal LSH for Angular Distance, 2015).
///
/// Results are equal to the last bit on every instruction set. Any number of threads may use one.
class Rotation {
 public:
  /// For vectors of `dimension` numbers, at least 1, which are padded with zeros to `size()`.
  Rotation(std::size_t dimension, std::uint64_t seed);

  /// `dimension` rounded up to a multiple of 64.
  std::size_t size() const noexcept { return size_; }

  /// Rotates `vector`, which holds `size()` numbers, in place.
  void apply(std::span<float> vector) const;

 private:
  std::size_t size_;
  std::size_t part_;  ///< how many numbers a round transforms: a power of two, at most `size_`
  std::vector<float> factors_;  ///< of each number in each round, the scale of the transform in it
};

}  // namespace clipdex::vectors
