/// Vectors in a thirty-second of their size: the signs of their rotated numbers and one scale a
/// row. Good enough to tell the few thousand rows among a million that deserve a closer look.
///
/// The method is that of RaBitQ (Gao, Long: RaBitQ, Quantizing High-Dimensional Vectors with a
/// Theoretical Error Bound for Approximate Nearest Neighbor Search, 2024): rows less their mean are
/// rotated at random and only their signs are kept; the query is rotated, too, and keeps four bits
/// a number, which are met with the signs by counting bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace clipdex::vectors {

/// Rows whose signs lie together, one word of each beside the other: as many as the widest register
/// has words, so that bits are counted for all of them at once and never summed across.
inline constexpr std::size_t kRowsPerBlock = 8;

/// Bits that a query keeps of each number.
inline constexpr std::size_t kQueryBits = 4;

/// How many words of 64 bits a row has; `dimension` is at least 1.
std::size_t sign_words(std::size_t dimension) noexcept;

/// `rows` rounded up to whole blocks.
constexpr std::uint64_t rows_in_blocks(std::uint64_t rows) noexcept {
  return (rows + kRowsPerBlock - 1) / kRowsPerBlock * kRowsPerBlock;
}

/// Writes the signs of a rotated row, a bit of 1 for a number below 0, the first number into the
/// lowest bit of the first word. Word i goes to `block[i * kRowsPerBlock]`: `block` points at the
/// row's place in its block. The size of `rotated` is a multiple of 64.
///
/// @return the scale that makes the dot product of signs (as ±1) and a query an unbiased estimate
///         of that of the row: its squared length divided by the sum of its magnitudes. Zeros give
///         0, and a row that is not finite gives a scale that is not a number. Thread-safe.
float take_signs(std::span<const float> rotated, std::uint64_t* block);

/// A rotated query in four bits a number: the odd numbers from -15 to 15, times a step.
class SignQuery {
 public:
  /// The size of `rotated` is a multiple of 64; its numbers are finite.
  explicit SignQuery(std::span<const float> rotated);

  /// Writes `scores[i]`, the estimated dot product of the query with row i, for the rows of `count`
  /// blocks. `blocks` holds `count` × 8 × words of a row, as `take_signs` fills them, and `scales`
  /// and `scores` hold `count` × 8. Nothing need be aligned. Scores are the same on every
  /// instruction set, which Highway chooses at run time. Thread-safe.
  void score(const std::uint64_t* blocks, const float* scales, std::size_t count,
             float* scores) const;

 private:
  /// Word by word, the four bits of its numbers, lowest first; each bit turned round.
  std::vector<std::uint64_t> planes_;
  float step_;
};

}  // namespace clipdex::vectors
