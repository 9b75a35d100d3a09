#include "vectors/signs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vectors/codes.hpp"

// Counting the bits of words is one instruction in this set, which Highway leaves out by default.
#define HWY_WANT_AVX3_DL
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vectors/signs.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::vectors::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// As many rows of a block as a register has words.
using Words = hn::CappedTag<std::uint64_t, kRowsPerBlock>;

// The weighted sum of differing bits for the rows of one register; `block` points at its first
// word. The planes of a query word lie together.
#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_SCALAR
HWY_INLINE hn::Vec<Words> distances(const std::uint64_t* HWY_RESTRICT planes, std::size_t words,
                                    const std::uint64_t* HWY_RESTRICT block) {
  const Words tag;
  auto sum0 = hn::Zero(tag);
  auto sum1 = sum0;
  auto sum2 = sum0;
  auto sum3 = sum0;
  for (std::size_t i = 0; i < words; ++i) {
    const auto bits = hn::LoadU(tag, block + i * kRowsPerBlock);
    const auto count = [&](std::size_t bit) HWY_ATTR {
      return hn::PopulationCount(hn::Xor(bits, hn::Set(tag, planes[i * kQueryBits + bit])));
    };
    sum0 = hn::Add(sum0, count(0));
    sum1 = hn::Add(sum1, count(1));
    sum2 = hn::Add(sum2, count(2));
    sum3 = hn::Add(sum3, count(3));
  }
  sum2 = hn::Add(sum2, hn::Add(sum3, sum3));
  sum1 = hn::Add(sum1, hn::Add(sum2, sum2));
  return hn::Add(sum0, hn::Add(sum1, sum1));
}
#else
// Elsewhere bytes are what bits are counted in: a weighted count is 8 × 15 at most, which fits.
HWY_INLINE hn::Vec<Words> distances(const std::uint64_t* HWY_RESTRICT planes, std::size_t words,
                                    const std::uint64_t* HWY_RESTRICT block) {
  const Words tag;
  const hn::Repartition<std::uint8_t, Words> bytes;
  auto sum = hn::Zero(tag);
  for (std::size_t i = 0; i < words; ++i) {
    const auto bits = hn::LoadU(tag, block + i * kRowsPerBlock);
    auto counts = hn::Zero(bytes);
    for (std::size_t bit = kQueryBits; bit-- > 0;) {
      const auto differing = hn::Xor(bits, hn::Set(tag, planes[i * kQueryBits + bit]));
      counts = hn::Add(hn::Add(counts, counts), hn::PopulationCount(hn::BitCast(bytes, differing)));
    }
    sum = hn::Add(sum, hn::SumsOf8(counts));
  }
  return sum;
}
#endif

void score_signs_here(const std::uint64_t* HWY_RESTRICT planes, std::size_t words,
                      const std::uint64_t* HWY_RESTRICT blocks, const float* HWY_RESTRICT scales,
                      float step, std::size_t count, float* HWY_RESTRICT scores) {
  const Words tag;
  const hn::Rebind<std::int32_t, Words> integers;
  const hn::Rebind<std::uint32_t, Words> unsigned_integers;
  const hn::Rebind<float, Words> floats;
  // Of equal signs alone, every one of 64 × words numbers adds 15; a differing bit takes twice its
  // weight away.
  const auto most = hn::Set(integers, static_cast<std::int32_t>(words * 64 * 15));
  const std::size_t lanes = hn::Lanes(tag);
  for (std::size_t row = 0; row < count * kRowsPerBlock; row += lanes) {
    const std::size_t in_block = row % kRowsPerBlock;
    const auto far = distances(planes, words, blocks + (row - in_block) * words + in_block);
    const auto distance = hn::BitCast(integers, hn::TruncateTo(unsigned_integers, far));
    const auto sum = hn::Sub(most, hn::Add(distance, distance));
    const auto scale = hn::Mul(hn::LoadU(floats, scales + row), hn::Set(floats, step));
    hn::StoreU(hn::Mul(hn::ConvertTo(floats, sum), scale), floats, scores + row);
  }
}

}  // namespace clipdex::vectors::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::vectors {
namespace {

constexpr std::size_t kWordBits = 64;
constexpr int kLevelMax = (1 << kQueryBits) - 1;

}  // namespace

HWY_EXPORT(score_signs_here);

std::size_t sign_words(std::size_t dimension) noexcept {
  static_assert(kCodesPadded == kWordBits);
  return code_stride(dimension) / kWordBits;
}

float take_signs(std::span<const float> rotated, std::uint64_t* block) {
  double squares = 0;
  double magnitudes = 0;
  for (std::size_t word = 0; word < rotated.size() / kWordBits; ++word) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kWordBits; ++i) {
      const float x = rotated[word * kWordBits + i];
      bits |= std::uint64_t{x < 0} << i;
      squares += double{x} * double{x};
      magnitudes += std::abs(double{x});
    }
    block[word * kRowsPerBlock] = bits;
  }
  if (!std::isfinite(magnitudes)) return std::numeric_limits<float>::quiet_NaN();
  return magnitudes > 0 ? static_cast<float>(squares / magnitudes) : 0;
}

SignQuery::SignQuery(std::span<const float> rotated)
    : planes_(rotated.size() / kWordBits * kQueryBits) {
  float max = 0;
  for (const float x : rotated) max = std::max(max, std::abs(x));
  step_ = max / kLevelMax;
  // The number of a level u from 0 to 15 is (2u - 15) × step.
  const double levels_per_unit = max > 0 ? kLevelMax / (2 * double{max}) : 0;
  for (std::size_t i = 0; i < rotated.size(); ++i) {
    const auto level = static_cast<std::uint64_t>(std::clamp(
        std::lrint(double{rotated[i]} * levels_per_unit + 0.5 * kLevelMax), 0L, long{kLevelMax}));
    std::uint64_t* planes = planes_.data() + i / kWordBits * kQueryBits;
    // A sign of 1 is below 0, and a bit of 1 is above it: turned round, bits that differ disagree.
    for (std::size_t bit = 0; bit < kQueryBits; ++bit) {
      planes[bit] |= (~level >> bit & 1) << (i % kWordBits);
    }
  }
}

void SignQuery::score(const std::uint64_t* blocks, const float* scales, std::size_t count,
                      float* scores) const {
  HWY_DYNAMIC_DISPATCH(score_signs_here)
  (planes_.data(), planes_.size() / kQueryBits, blocks, scales, step_, count, scores);
}

}  // namespace clipdex::vectors
#endif
