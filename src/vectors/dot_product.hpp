/// Dot products of one vector with many, by the widest SIMD instructions that the machine has.
#pragma once

#include <cstddef>

namespace clipdex::vectors {

/// Rows and queries are padded with zeros to a multiple of this many floats, and aligned to as
/// many, so that no instruction set has a remainder to care for.
inline constexpr std::size_t kFloatsPadded = 16;

/// `dimension` rounded up to a multiple of `kFloatsPadded`.
constexpr std::size_t float_stride(std::size_t dimension) noexcept {
  return (dimension + kFloatsPadded - 1) / kFloatsPadded * kFloatsPadded;
}

/// Writes `scores[i]`, the dot product of `query` with row i, for `count` rows.
///
/// `query` holds `stride` floats, `rows` holds `count` × `stride`, row after row; `stride` is a
/// multiple of `kFloatsPadded`. Sums are float32; their order, and with it the last bits of a
/// score, depend on the instruction set, which Highway chooses at run time (AVX-512, AVX2, SSE2,
/// NEON, SVE, scalar). Thread-safe.
void dot_products(const float* query, const float* rows, std::size_t stride, std::size_t count,
                  float* scores);

}  // namespace clipdex::vectors
