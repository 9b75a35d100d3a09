/// The two passes of a resize along one axis each, with vector instructions. Every instruction set
/// gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace clipdex::image {

/// Weights are integers: a weight of 1 is 1 << kWeightBits. (Pillow, src/libImaging/Resample.c.)
inline constexpr int kWeightBits = 22;

/// `Kernel::taps_max` is a multiple of this: the horizontal pass takes so many taps at once.
inline constexpr int kTapsAtOnce = 4;

/// The horizontal pass may read this many bytes beyond the end of a row. It uses none of them.
inline constexpr std::size_t kOverread = 16;

/// The horizontal pass writes rows that are a multiple of this many bytes apart.
inline constexpr std::size_t kRowAlignment = 64;

/// The source samples that make one output sample: `count` (≥ 1) of them from `first` on.
struct Window {
  int first = 0;
  int count = 0;
};

/// The windows and fixed-point weights of a run of output samples along one axis.
struct Kernel {
  std::vector<Window> windows;
  /// `taps_max` for each window, 0 beyond its `count`. 255 times the sum of a window's magnitudes
  /// must fit into 31 bits.
  std::vector<std::int32_t> weights;
  int taps_max = 0;

  const std::int32_t* weights_of(std::size_t index) const {
    return weights.data() + index * static_cast<std::size_t>(taps_max);
  }
};

/// The length of a row of `width` RGB8 pixels, and at least one byte, as a multiple of
/// `kRowAlignment`.
constexpr std::size_t aligned_stride(int width) noexcept {
  return (static_cast<std::size_t>(width) * 3 / kRowAlignment + 1) * kRowAlignment;
}

/// Resamples rows of RGB8 pixels along x: `kernel.windows.size()` pixels from each.
/// @param source        the first row; `source_bytes` may be read from it on
/// @param source_stride bytes from one row to the next
/// @param rows          how many; the samples of the last one must end within `source_bytes`
/// @param out           as many rows, `aligned_stride(kernel.windows.size())` bytes apart; what
///                      lies behind the pixels of a row is overwritten with anything
void resample_horizontally(const std::uint8_t* source, std::size_t source_bytes,
                           std::size_t source_stride, std::size_t rows, const Kernel& kernel,
                           std::uint8_t* out);

/// Adds up weighted rows into one: sample i of it is that of every row times the row's weight.
/// @param first_row `count` rows, `stride` bytes apart
/// @param row_bytes the samples of a row, at most `stride`; no byte beyond them is read
/// @param weights   one for each row
/// @param out       `row_bytes` bytes
void blend_rows(const std::uint8_t* first_row, std::size_t stride, std::size_t row_bytes, int count,
                const std::int32_t* weights, std::uint8_t* out);

}  // namespace clipdex::image
