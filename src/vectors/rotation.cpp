#include "vectors/rotation.hpp"

#include <bit>
#include <cmath>

#include "vectors/codes.hpp"

// These instruction sets bring this kernel nothing beyond those that are kept.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vectors/rotation.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::vectors::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Sum and difference of numbers that lie `distance` apart, for vectors no longer than that.
template <class Floats>
void combine_apart(Floats floats, std::size_t distance, std::size_t count, float* HWY_RESTRICT x) {
  const std::size_t lanes = hn::Lanes(floats);
  for (std::size_t at = 0; at < count; at += 2 * distance) {
    for (std::size_t j = at; j < at + distance; j += lanes) {
      const auto first = hn::LoadU(floats, x + j);
      const auto second = hn::LoadU(floats, x + j + distance);
      hn::StoreU(hn::Add(first, second), floats, x + j);
      hn::StoreU(hn::Sub(first, second), floats, x + j + distance);
    }
  }
}

// The same for distances of 1 and 2, within the blocks of four numbers that every vector is of.
void combine_neighbours(std::size_t count, float* HWY_RESTRICT x) {
#if HWY_TARGET == HWY_SCALAR
  const hn::CappedTag<float, 1> one;
  combine_apart(one, 1, count, x);
  combine_apart(one, 2, count, x);
#else
  const hn::CappedTag<float, kCodesPadded> floats;
  const hn::Repartition<std::uint64_t, decltype(floats)> pairs;
  for (std::size_t at = 0; at < count; at += hn::Lanes(floats)) {
    auto v = hn::LoadU(floats, x + at);
    const auto swapped = hn::Shuffle2301(v);
    v = hn::OddEven(hn::Sub(swapped, v), hn::Add(v, swapped));
    const auto crossed = hn::Shuffle1032(v);
    v = hn::BitCast(floats, hn::OddEven(hn::BitCast(pairs, hn::Sub(crossed, v)),
                                        hn::BitCast(pairs, hn::Add(v, crossed))));
    hn::StoreU(v, floats, x + at);
  }
#endif
}

// One round. Only sums, differences and one product, each rounded for itself, so that every
// instruction set comes to the same bits.
void rotate_round_here(const float* HWY_RESTRICT factors, std::size_t size, std::size_t begin,
                       std::size_t part, float* HWY_RESTRICT x) {
  const hn::CappedTag<float, kCodesPadded> floats;
  const hn::CappedTag<float, 4> four;
  const std::size_t lanes = hn::Lanes(floats);
  for (std::size_t j = 0; j < size; j += lanes) {
    hn::StoreU(hn::Mul(hn::LoadU(floats, x + j), hn::LoadU(floats, factors + j)), floats, x + j);
  }
  x += begin;
  combine_neighbours(part, x);
  for (std::size_t distance = 4; distance < part; distance *= 2) {
    if (distance < lanes) {
      combine_apart(four, distance, part, x);
    } else {
      combine_apart(floats, distance, part, x);
    }
  }
}

}  // namespace clipdex::vectors::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::vectors {
namespace {

constexpr std::size_t kRounds = 4;

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): three
/// lines that any reader of the file can write, unlike the generators of a library.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E37'79B9'7F4A'7C15;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

/// Where the transformed numbers of a round begin.
std::size_t begin_of(std::size_t round, std::size_t size, std::size_t part) {
  return round % 2 == 0 ? 0 : size - part;
}

}  // namespace

HWY_EXPORT(rotate_round_here);

Rotation::Rotation(std::size_t dimension, std::uint64_t seed)
    : size_(code_stride(dimension)), part_(std::bit_floor(size_)), factors_(kRounds * size_) {
  const float scale = 1 / std::sqrt(static_cast<float>(part_));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    if (i % 64 == 0) bits = next_random(seed);
    const std::size_t begin = begin_of(i / size_, size_, part_);
    const bool is_transformed = i % size_ >= begin && i % size_ < begin + part_;
    const float magnitude = is_transformed ? scale : 1;
    factors_[i] = (bits >> (i % 64) & 1) != 0 ? -magnitude : magnitude;
  }
}

void Rotation::apply(std::span<float> vector) const {
  for (std::size_t round = 0; round < kRounds; ++round) {
    HWY_DYNAMIC_DISPATCH(rotate_round_here)
    (factors_.data() + round * size_, size_, begin_of(round, size_, part_), part_, vector.data());
  }
}

}  // namespace clipdex::vectors
#endif
