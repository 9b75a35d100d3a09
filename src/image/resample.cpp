#include "image/resample.hpp"

#include <algorithm>
#include <array>
#include <cstring>

// A machine that has SSSE3 and no SSE4 takes the plain form; there are hardly any.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "image/resample.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#ifndef CLIPDEX_IMAGE_RESAMPLE_CONSTANTS
#define CLIPDEX_IMAGE_RESAMPLE_CONSTANTS
namespace clipdex::image {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
constexpr std::size_t kChannels = 3;

/// Rows that the horizontal pass works on at once: one for each 16 bytes of the widest vector.
constexpr std::size_t kRowsAtOnce = 4;

/// The lower part of a weight that is split in two so that each part fits into 16 bits.
constexpr int kLowBits = 15;

/// Numbers of 16 bits for each four taps: the high parts of their weights, then the low ones.
constexpr std::size_t kSplitWeights = 8;

constexpr std::uint8_t to_byte(std::int32_t sum) {
  const std::int32_t value = sum >> kWeightBits;
  return static_cast<std::uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

/// How the horizontal pass sees a kernel.
struct SplitKernel {
  const Window* windows;
  std::size_t count;  ///< of windows
  const std::int16_t* weights;
  std::size_t stride;  ///< numbers from one window to the next
};

}  // namespace clipdex::image
#endif

HWY_BEFORE_NAMESPACE();
namespace clipdex::image::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

// What a processor without SSE4 or NEON runs.
void resample_rows_here(const std::uint8_t* const* rows, const SplitKernel& kernel,
                        std::uint8_t* const* out) {
  for (std::size_t row = 0; row < kRowsAtOnce; ++row) {
    std::uint8_t* to = out[row];
    for (std::size_t i = 0; i < kernel.count; ++i) {
      const Window window = kernel.windows[i];
      const std::uint8_t* pixel = rows[row] + static_cast<std::size_t>(window.first) * kChannels;
      std::int32_t sums[kChannels] = {kHalf, kHalf, kHalf};
      for (int tap = 0; tap < window.count; ++tap, pixel += kChannels) {
        const std::int16_t* split =
            kernel.weights + i * kernel.stride + tap / kTapsAtOnce * 8 + tap % kTapsAtOnce;
        const std::int32_t weight = split[0] * (1 << kLowBits) + split[kTapsAtOnce];
        for (std::size_t c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weight;
      }
      for (const std::int32_t sum : sums) *to++ = to_byte(sum);
    }
  }
}

#else

// A block of 16 bytes takes pixels of one row, a vector as many rows as it has blocks.
constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kBlocks =
    HWY_HAVE_SCALABLE ? 1 : std::min<std::size_t>(HWY_MAX_BYTES / kBlockBytes, kRowsAtOnce);
using Bytes = hn::FixedTag<std::uint8_t, kBlocks * kBlockBytes>;
using Words = hn::Repartition<std::int16_t, Bytes>;
using Sums = hn::Repartition<std::int32_t, Bytes>;

template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D bytes, const std::uint8_t* const* rows, std::size_t at) {
  if constexpr (hn::MaxLanes(D()) == kBlockBytes) {
    return hn::LoadU(bytes, rows[0] + at);
  } else {
    const hn::Half<D> half;
    constexpr std::size_t kHalfBlocks = hn::MaxLanes(half) / kBlockBytes;
    return hn::Combine(bytes, load_blocks(half, rows + kHalfBlocks, at),
                       load_blocks(half, rows, at));
  }
}

// Where Highway adds the products of neighbours at once, it leaves `odd` alone; elsewhere even and
// odd products are kept apart, in an order of their own, until RearrangeToOddPlusEven.
HWY_INLINE void add_products(hn::Vec<Words> samples, const std::int16_t* pair_of_weights,
                             hn::Vec<Sums>& even, hn::Vec<Sums>& odd) {
  std::int32_t pair;
  std::memcpy(&pair, pair_of_weights, sizeof pair);
  const auto weights = hn::BitCast(Words(), hn::Set(Sums(), pair));
  even = hn::ReorderWidenMulAccumulate(Sums(), samples, weights, even, odd);
}

// One pixel of `kBlocks` rows: red, green, blue and nothing, each from four taps at a time. The sum
// of weight · sample is that of (high · 2^15 + low) · sample, modulo 2^32 in any order.
HWY_INLINE hn::Vec<Sums> resample_pixel(const std::uint8_t* const* rows, Window window,
                                        const std::int16_t* weights) {
  alignas(16) static constexpr std::uint8_t kTaps01[kBlockBytes] = {
      0, 128, 3, 128, 1, 128, 4, 128, 2, 128, 5, 128, 128, 128, 128, 128};
  alignas(16) static constexpr std::uint8_t kTaps23[kBlockBytes] = {
      6, 128, 9, 128, 7, 128, 10, 128, 8, 128, 11, 128, 128, 128, 128, 128};
  const Bytes bytes;
  const Sums sums;
  const auto taps01 = hn::LoadDup128(bytes, kTaps01);
  const auto taps23 = hn::LoadDup128(bytes, kTaps23);
  auto high = hn::Zero(sums);
  auto high_odd = high;
  auto low = hn::Set(sums, kHalf);
  auto low_odd = high;
  std::size_t at = static_cast<std::size_t>(window.first) * kChannels;
  for (int tap = 0; tap < window.count; tap += kTapsAtOnce) {
    const auto pixels = load_blocks(bytes, rows, at);
    const auto samples01 = hn::BitCast(Words(), hn::TableLookupBytesOr0(pixels, taps01));
    const auto samples23 = hn::BitCast(Words(), hn::TableLookupBytesOr0(pixels, taps23));
    add_products(samples01, weights, high, high_odd);
    add_products(samples23, weights + 2, high, high_odd);
    add_products(samples01, weights + 4, low, low_odd);
    add_products(samples23, weights + 6, low, low_odd);
    at += kTapsAtOnce * kChannels;
    weights += kSplitWeights;
  }
  return hn::Add(hn::ShiftLeft<kLowBits>(hn::RearrangeToOddPlusEven(high, high_odd)),
                 hn::RearrangeToOddPlusEven(low, low_odd));
}

// A pixel is written with a fourth byte, which the next one overwrites.
void resample_rows_here(const std::uint8_t* const* rows, const SplitKernel& kernel,
                        std::uint8_t* const* out) {
  const hn::Rebind<std::uint8_t, Sums> narrow;
  for (std::size_t row = 0; row < kRowsAtOnce; row += kBlocks) {
    for (std::size_t i = 0; i < kernel.count; ++i) {
      const auto sums =
          resample_pixel(rows + row, kernel.windows[i], kernel.weights + i * kernel.stride);
      alignas(16) std::uint8_t pixels[kBlocks * 4];
      hn::Store(hn::DemoteTo(narrow, hn::ShiftRight<kWeightBits>(sums)), narrow, pixels);
      for (std::size_t block = 0; block < kBlocks; ++block) {
        std::memcpy(out[row + block] + i * kChannels, pixels + block * 4, 4);
      }
    }
  }
}

#endif

// Samples `at` to `at` + 4 · lanes of the blended row.
template <class D>
HWY_INLINE void blend_block(D sums, const std::uint8_t* HWY_RESTRICT from, std::size_t stride,
                            int count, const std::int32_t* HWY_RESTRICT weights,
                            std::uint8_t* HWY_RESTRICT out) {
  const hn::Rebind<std::uint8_t, D> bytes;
  const std::size_t lanes = hn::Lanes(sums);
  auto sum0 = hn::Set(sums, kHalf);
  auto sum1 = sum0;
  auto sum2 = sum0;
  auto sum3 = sum0;
  for (int tap = 0; tap < count; ++tap, from += stride) {
    const auto weight = hn::Set(sums, weights[tap]);
    const auto product = [&](std::size_t part) HWY_ATTR {
      return hn::Mul(hn::PromoteTo(sums, hn::LoadU(bytes, from + part * lanes)), weight);
    };
    sum0 = hn::Add(sum0, product(0));
    sum1 = hn::Add(sum1, product(1));
    sum2 = hn::Add(sum2, product(2));
    sum3 = hn::Add(sum3, product(3));
  }
  const auto store = [&](hn::Vec<D> sum, std::size_t part) HWY_ATTR {
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum)), bytes, out + part * lanes);
  };
  store(sum0, 0);
  store(sum1, 1);
  store(sum2, 2);
  store(sum3, 3);
}

// The last block ends where the row ends, so that it may compute some samples once more. A row that
// is shorter than a block is blended sample by sample.
void blend_rows_here(const std::uint8_t* HWY_RESTRICT first_row, std::size_t stride,
                     std::size_t row_bytes, int count, const std::int32_t* HWY_RESTRICT weights,
                     std::uint8_t* HWY_RESTRICT out) {
  const hn::CappedTag<std::int32_t, kRowAlignment / 4> sums;
  const std::size_t block = 4 * hn::Lanes(sums);
  if (row_bytes < block) {
    for (std::size_t at = 0; at < row_bytes; ++at) {
      std::int32_t sum = kHalf;
      for (int tap = 0; tap < count; ++tap) {
        sum += first_row[static_cast<std::size_t>(tap) * stride + at] * weights[tap];
      }
      out[at] = to_byte(sum);
    }
    return;
  }
  for (std::size_t at = 0; at < row_bytes; at += block) {
    const std::size_t from = HWY_MIN(at, row_bytes - block);
    blend_block(sums, first_row + from, stride, count, weights, out + from);
  }
}

}  // namespace clipdex::image::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::image {
namespace {

std::vector<std::int16_t> split_weights(const Kernel& kernel) {
  std::vector<std::int16_t> split(2 * kernel.weights.size());
  for (std::size_t i = 0; i < kernel.weights.size(); ++i) {
    constexpr std::size_t kTaps = kTapsAtOnce;
    const std::size_t place = i / kTaps * kSplitWeights + i % kTaps;
    split[place] = static_cast<std::int16_t>(kernel.weights[i] >> kLowBits);
    split[place + kTaps] = static_cast<std::int16_t>(kernel.weights[i] & ((1 << kLowBits) - 1));
  }
  return split;
}

}  // namespace

HWY_EXPORT(resample_rows_here);
HWY_EXPORT(blend_rows_here);

void resample_horizontally(const std::uint8_t* source, std::size_t source_bytes,
                           std::size_t source_stride, std::size_t rows, const Kernel& kernel,
                           std::uint8_t* out) {
  const std::vector<std::int16_t> weights = split_weights(kernel);
  const SplitKernel split{kernel.windows.data(), kernel.windows.size(), weights.data(),
                          2 * static_cast<std::size_t>(kernel.taps_max)};
  const std::size_t out_stride = aligned_stride(static_cast<int>(kernel.windows.size()));
  const auto run = [&](const std::uint8_t* from, std::size_t count, std::uint8_t* to) {
    for (std::size_t y = 0; y < count; y += kRowsAtOnce) {
      std::array<const std::uint8_t*, kRowsAtOnce> sources{};
      std::array<std::uint8_t*, kRowsAtOnce> results{};
      for (std::size_t i = 0; i < kRowsAtOnce; ++i) {  // At the end, the last row again and again.
        const std::size_t row = std::min(y + i, count - 1);
        sources[i] = from + row * source_stride;
        results[i] = to + row * out_stride;
      }
      HWY_DYNAMIC_DISPATCH(resample_rows_here)(sources.data(), split, results.data());
    }
  };
  // Nothing may be read beyond the source, so its last rows are resampled from a longer copy.
  const std::size_t readable = source_bytes > kOverread ? source_bytes - kOverread : 0;
  const std::size_t direct = std::min(rows, readable / source_stride);
  const std::size_t left = rows - direct;
  std::vector<std::uint8_t> last_rows(left * source_stride + kOverread);
  std::copy_n(source + direct * source_stride,
              std::min(left * source_stride, source_bytes - direct * source_stride),
              last_rows.begin());
  run(source, direct, out);
  run(last_rows.data(), left, out + direct * out_stride);
}

void blend_rows(const std::uint8_t* first_row, std::size_t stride, std::size_t row_bytes, int count,
                const std::int32_t* weights, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(blend_rows_here)(first_row, stride, row_bytes, count, weights, out);
}

}  // namespace clipdex::image
#endif
