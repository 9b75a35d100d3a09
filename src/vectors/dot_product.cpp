#include "vectors/dot_product.hpp"

// These instruction sets bring this kernel nothing beyond those that are kept.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vectors/dot_product.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::vectors::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One row after another is one stream, which the memory prefetchers follow; four sums hide the
// latency of the multiply-add, so the loop waits for memory alone.
void dot_products_here(const float* HWY_RESTRICT query, const float* HWY_RESTRICT rows,
                       std::size_t stride, std::size_t count, float* HWY_RESTRICT scores) {
  const hn::CappedTag<float, kFloatsPadded> floats;
  const std::size_t lanes = hn::Lanes(floats);
  for (std::size_t i = 0; i < count; ++i) {
    const float* HWY_RESTRICT row = rows + i * stride;
    auto sum0 = hn::Zero(floats);
    auto sum1 = sum0;
    auto sum2 = sum0;
    auto sum3 = sum0;
    std::size_t at = 0;
    for (; at + 4 * lanes <= stride; at += 4 * lanes) {
      const auto load = [&](const float* from, std::size_t part)
                            HWY_ATTR { return hn::Load(floats, from + at + part * lanes); };
      sum0 = hn::MulAdd(load(query, 0), load(row, 0), sum0);
      sum1 = hn::MulAdd(load(query, 1), load(row, 1), sum1);
      sum2 = hn::MulAdd(load(query, 2), load(row, 2), sum2);
      sum3 = hn::MulAdd(load(query, 3), load(row, 3), sum3);
    }
    for (; at < stride; at += lanes) {
      sum0 = hn::MulAdd(hn::Load(floats, query + at), hn::Load(floats, row + at), sum0);
    }
    const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
    scores[i] = hn::GetLane(hn::SumOfLanes(floats, sum));
  }
}

}  // namespace clipdex::vectors::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::vectors {

HWY_EXPORT(dot_products_here);

void dot_products(const float* query, const float* rows, std::size_t stride, std::size_t count,
                  float* scores) {
  HWY_DYNAMIC_DISPATCH(dot_products_here)(query, rows, stride, count, scores);
}

}  // namespace clipdex::vectors
#endif
