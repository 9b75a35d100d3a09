#include "vectors/codes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

// These instruction sets bring this kernel nothing beyond those that are kept.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vectors/codes.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::vectors::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bytes are widened to 16 bits and multiplied in pairs with a query of 16 bits: that needs no
// instruction beyond AVX2, costs no more than bytes by bytes, and leaves the query nearly exact.
void code_dot_products_here(const std::int16_t* HWY_RESTRICT query,
                            const std::int8_t* HWY_RESTRICT rows, std::size_t stride,
                            std::size_t count, std::int32_t* HWY_RESTRICT sums) {
  const hn::CappedTag<std::int16_t, kCodesPadded / 2> words;
  const hn::Rebind<std::int8_t, decltype(words)> bytes;
  const hn::RepartitionToWide<decltype(words)> wide;
  const std::size_t lanes = hn::Lanes(words);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int8_t* HWY_RESTRICT row = rows + i * stride;
    auto sum0 = hn::Zero(wide);
    auto sum1 = sum0;
    auto sum2 = sum0;
    auto sum3 = sum0;
    for (std::size_t at = 0; at < stride; at += 2 * lanes) {
      const auto row0 = hn::PromoteTo(words, hn::LoadU(bytes, row + at));
      const auto row1 = hn::PromoteTo(words, hn::LoadU(bytes, row + at + lanes));
      const auto query0 = hn::LoadU(words, query + at);
      const auto query1 = hn::LoadU(words, query + at + lanes);
      sum0 = hn::ReorderWidenMulAccumulate(wide, query0, row0, sum0, sum1);
      sum2 = hn::ReorderWidenMulAccumulate(wide, query1, row1, sum2, sum3);
    }
    const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
    sums[i] = hn::GetLane(hn::SumOfLanes(wide, sum));
  }
}

}  // namespace clipdex::vectors::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::vectors {
namespace {

constexpr float kRowCodeMax = 127;

// Any byte of a damaged file may be -128; 128 × 2^24 is the 2^31 that no sum may reach.
constexpr std::size_t kQueryMagnitudes = std::size_t{1} << 24;

/// The greatest magnitude; not a number when one of them is not finite.
float magnitude_max(std::span<const float> vector) {
  float max = 0;
  for (const float x : vector) {
    if (!std::isfinite(x)) return std::numeric_limits<float>::quiet_NaN();
    max = std::max(max, std::abs(x));
  }
  return max;
}

/// Divides in double, because the scale of the smallest numbers would be 0 as a float.
template <class Code>
void divide(std::span<const float> vector, double scale, std::span<Code> codes) {
  for (std::size_t j = 0; j < vector.size(); ++j) {
    codes[j] = static_cast<Code>(std::lrint(double{vector[j]} / scale));
  }
}

}  // namespace

HWY_EXPORT(code_dot_products_here);

std::size_t code_stride(std::size_t dimension) noexcept {
  return (dimension + kCodesPadded - 1) / kCodesPadded * kCodesPadded;
}

float quantise_row(std::span<const float> vector, std::span<std::int8_t> codes) {
  const float max = magnitude_max(vector);
  if (max > 0) {
    divide(vector, double{max} / kRowCodeMax, codes);
  } else {
    std::ranges::fill(codes.first(vector.size()), std::int8_t{0});
  }
  return max / kRowCodeMax;
}

float quantise_query(std::span<const float> query, std::span<std::int16_t> codes) {
  const std::size_t code_max = std::min<std::size_t>(std::numeric_limits<std::int16_t>::max(),
                                                     (kQueryMagnitudes - 1) / codes.size());
  std::ranges::fill(codes, std::int16_t{0});
  const float max = magnitude_max(query);
  if (max > 0) divide(query, double{max} / static_cast<double>(code_max), codes);
  return max / static_cast<float>(code_max);
}

void code_dot_products(const std::int16_t* query, const std::int8_t* rows, std::size_t stride,
                       std::size_t count, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(code_dot_products_here)(query, rows, stride, count, sums);
}

}  // namespace clipdex::vectors
#endif
