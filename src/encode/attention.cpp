#include "encode/attention.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

// Sums are kept in arrays of vectors, which cannot hold vectors of unknown length. AVX3_DL brings
// nothing beyond AVX3.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encode/attention.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::encode::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Columns of a matrix are filled up to this many, so that every row is whole vectors.
constexpr std::size_t kPadded = 16;
const hn::CappedTag<float, kPadded> kFloats;
constexpr std::size_t kRowsTogether = 4;

constexpr std::size_t padded(std::size_t columns) {
  return (columns + kPadded - 1) / kPadded * kPadded;
}

// A matrix in row order; `stride` numbers from one row to the next.
struct Matrix {
  const float* numbers;
  std::size_t stride;
};

// kRows rows of A · B, of which `columns` (a multiple of kPadded) are written.
template <std::size_t kRows>
void multiply_some(Matrix a, std::size_t inner, Matrix b, std::size_t columns, float* out,
                   std::size_t out_stride) {
  constexpr std::size_t kVectors = kPadded / hn::MaxLanes(decltype(kFloats)());
  const std::size_t lanes = hn::Lanes(kFloats);
  for (std::size_t c = 0; c < columns; c += kPadded) {
    hn::Vec<decltype(kFloats)> sums[kRows][kVectors];
    HWY_UNROLL(16)
    for (auto& row : sums) {
      HWY_UNROLL(16)
      for (auto& sum : row) sum = hn::Zero(kFloats);
    }
    for (std::size_t i = 0; i < inner; ++i) {
      HWY_UNROLL(16)
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto from_b = hn::LoadU(kFloats, b.numbers + i * b.stride + c + v * lanes);
        HWY_UNROLL(16)
        for (std::size_t r = 0; r < kRows; ++r) {
          const auto from_a = hn::Set(kFloats, a.numbers[r * a.stride + i]);
          sums[r][v] = hn::MulAdd(from_a, from_b, sums[r][v]);
        }
      }
    }
    HWY_UNROLL(16)
    for (std::size_t r = 0; r < kRows; ++r) {
      HWY_UNROLL(16)
      for (std::size_t v = 0; v < kVectors; ++v) {
        hn::StoreU(sums[r][v], kFloats, out + r * out_stride + c + v * lanes);
      }
    }
  }
}

void multiply(Matrix a, std::size_t rows, std::size_t inner, Matrix b, std::size_t columns,
              float* out, std::size_t out_stride) {
  std::size_t r = 0;
  for (; rows - r >= kRowsTogether; r += kRowsTogether) {
    multiply_some<kRowsTogether>({a.numbers + r * a.stride, a.stride}, inner, b, columns,
                                 out + r * out_stride, out_stride);
  }
  for (; r < rows; ++r) {
    multiply_some<1>({a.numbers + r * a.stride, a.stride}, inner, b, columns, out + r * out_stride,
                     out_stride);
  }
}

// Makes weights of scores: their softmax, zeros where every key is masked, or no numbers where one
// score is none. `keys` of them count.
void soften(float* scores, std::size_t keys, std::size_t columns) {
  constexpr float kMasked = -std::numeric_limits<float>::infinity();
  std::fill(scores + keys, scores + columns, kMasked);
  const std::size_t lanes = hn::Lanes(kFloats);
  auto maxima = hn::Set(kFloats, kMasked);
  auto faults = hn::IsNaN(maxima);
  for (std::size_t j = 0; j < columns; j += lanes) {
    const auto score = hn::LoadU(kFloats, scores + j);
    maxima = hn::Max(maxima, score);
    faults = hn::Or(faults, hn::IsNaN(score));
  }
  if (!hn::AllFalse(kFloats, faults)) {
    std::fill_n(scores, columns, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const float max = hn::GetLane(hn::MaxOfLanes(kFloats, maxima));
  if (max == kMasked) {
    std::fill_n(scores, columns, 0.0F);
    return;
  }
  auto sums = hn::Zero(kFloats);
  for (std::size_t j = 0; j < columns; j += lanes) {
    const auto score = hn::LoadU(kFloats, scores + j);
    const auto weight = hn::Exp(kFloats, hn::Sub(score, hn::Set(kFloats, max)));
    sums = hn::Add(sums, weight);
    hn::StoreU(weight, kFloats, scores + j);
  }
  const auto sum = hn::Set(kFloats, hn::GetLane(hn::SumOfLanes(kFloats, sums)));
  for (std::size_t j = 0; j < columns; j += lanes) {
    hn::StoreU(hn::Div(hn::LoadU(kFloats, scores + j), sum), kFloats, scores + j);
  }
}

// One head of one item: `query` points to its first number in the first token.
void attend_here(const AttentionSpec& spec, const float* query, std::size_t tokens,
                 std::size_t queries, const AttentionMask& mask, float* output) {
  const std::size_t width = spec.heads * spec.head_size;
  const std::size_t stride = 3 * width;
  const std::size_t keys = padded(tokens);
  const std::size_t size = padded(spec.head_size);
  thread_local std::vector<float> room;
  room.assign(spec.head_size * keys + tokens * size + queries * (keys + size), 0);
  float* const turned_keys = room.data();  // [head_size, keys]
  float* const values = turned_keys + spec.head_size * keys;
  float* const scores = values + tokens * size;
  float* const result = scores + queries * keys;
  for (std::size_t j = 0; j < tokens; ++j) {
    const float* key = query + j * stride + width;
    for (std::size_t k = 0; k < spec.head_size; ++k) turned_keys[k * keys + j] = key[k];
    std::copy_n(key + width, spec.head_size, values + j * size);
  }
  multiply({query, stride}, queries, spec.head_size, {turned_keys, keys}, keys, scores, keys);
  for (std::size_t i = 0; i < queries; ++i) {
    float* row = scores + i * keys;
    const std::size_t seen = spec.causal ? i + 1 : tokens;
    for (std::size_t j = 0; j < seen; ++j) row[j] *= spec.scale;
    if (mask.values != nullptr) {
      const float* added = mask.values + i * mask.row_stride;
      for (std::size_t j = 0; j < seen; ++j) row[j] += added[j * mask.column_stride];
    }
    soften(row, seen, keys);
  }
  multiply({scores, keys}, queries, tokens, {values, size}, size, result, size);
  for (std::size_t i = 0; i < queries; ++i) {
    std::copy_n(result + i * size, spec.head_size, output + i * width);
  }
}

}  // namespace clipdex::encode::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::encode {
namespace {

constexpr std::size_t kPartsProductsMin = std::size_t{1} << 20;

}  // namespace

HWY_EXPORT(attend_here);

void attention(const AttentionSpec& spec, const float* qkv, std::size_t items, std::size_t tokens,
               std::size_t queries, const AttentionMask& mask, float* output,
               const RunParts& run_parts) {
  const std::size_t width = spec.heads * spec.head_size;
  const auto attend = [&](std::size_t head_of_item) {
    const std::size_t item = head_of_item / spec.heads;
    const std::size_t offset = head_of_item % spec.heads * spec.head_size;
    HWY_DYNAMIC_DISPATCH(attend_here)
    (spec, qkv + item * tokens * 3 * width + offset, tokens, queries, mask,
     output + item * queries * width + offset);
  };
  const std::size_t heads = items * spec.heads;
  const bool is_large = 2 * heads * tokens * queries * spec.head_size > kPartsProductsMin;
  (is_large ? run_parts : RunParts(run_parts_here))(heads, attend);
}

}  // namespace clipdex::encode
#endif
