#include "vectors/rotation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "support/random_vectors.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::ElementsAreArray;

constexpr std::uint64_t kSeed = 5;

Embedding rotated(const Rotation& rotation, Embedding vector) {
  vector.resize(rotation.size());
  rotation.apply(vector);
  return vector;
}

double dot(const Embedding& a, const Embedding& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST(Rotation, PadsToWholeWords) {
  EXPECT_EQ(Rotation(1, kSeed).size(), 64U);
  EXPECT_EQ(Rotation(64, kSeed).size(), 64U);
  EXPECT_EQ(Rotation(65, kSeed).size(), 128U);
  EXPECT_EQ(Rotation(768, kSeed).size(), 768U);
}

TEST(Rotation, KeepsLengthsAndAngles) {
  for (const std::size_t dimension : {1, 63, 64, 65, 192, 512, 768, 1000, 1152}) {
    const Rotation rotation(dimension, kSeed);
    const auto vectors = clipdex::test::random_unit_vectors(4, dimension, 21);
    for (const Embedding& a : vectors) {
      for (const Embedding& b : vectors) {
        EXPECT_NEAR(dot(rotated(rotation, a), rotated(rotation, b)), dot(a, b), 1e-5) << dimension;
      }
    }
  }
}

TEST(Rotation, SpreadsWhatLiesInOneNumberOverAll) {
  for (const std::size_t dimension : {64, 192, 512, 768, 1000}) {
    const Rotation rotation(dimension, kSeed);
    const double even = 1 / std::sqrt(static_cast<double>(rotation.size()));
    for (const std::size_t at : {std::size_t{0}, dimension / 2, dimension - 1}) {
      Embedding axis(dimension, 0);
      axis[at] = 1;
      for (const float x : rotated(rotation, axis)) EXPECT_LT(std::abs(x), 7 * even) << dimension;
    }
  }
}

TEST(Rotation, IsDecidedByItsSeed) {
  const Embedding vector = clipdex::test::random_unit_vectors(1, 512, 22)[0];
  const Embedding one = rotated(Rotation(512, kSeed), vector);
  EXPECT_EQ(rotated(Rotation(512, kSeed), vector), one);
  EXPECT_LT(std::abs(dot(rotated(Rotation(512, kSeed + 1), vector), one)), 0.25);
}

// The transform as its definition says: H(i, j) is -1 to the number of bits that i and j share.
TEST(Rotation, IsFourRoundsOfTheScalarFormOnEveryInstructionSet) {
  for (const std::size_t size : {64, 192}) {
    const std::size_t part = std::bit_floor(size);
    const Rotation rotation(size, kSeed);
    const Embedding vector = clipdex::test::random_unit_vectors(1, size, 23)[0];
    std::uint64_t state = kSeed;
    std::uint64_t bits = 0;
    std::vector<double> expected(vector.begin(), vector.end());
    for (std::size_t round = 0; round < 4; ++round) {
      for (std::size_t i = 0; i < size; ++i) {
        if ((round * size + i) % 64 == 0) {
          std::uint64_t z = state += 0x9E3779B97F4A7C15;
          z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
          z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
          bits = z ^ (z >> 31);
        }
        if ((bits >> (i % 64) & 1) != 0) expected[i] = -expected[i];
      }
      const std::size_t begin = round % 2 == 0 ? 0 : size - part;
      std::vector<double> sums(part, 0);
      for (std::size_t i = 0; i < part; ++i) {
        for (std::size_t j = 0; j < part; ++j) {
          const double x = expected[begin + j] / std::sqrt(static_cast<double>(part));
          sums[i] += std::popcount(i & j) % 2 == 0 ? x : -x;
        }
      }
      std::copy(sums.begin(), sums.end(), expected.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    Embedding first;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      const Embedding found = rotated(rotation, vector);
      for (std::size_t i = 0; i < size; ++i) {
        EXPECT_NEAR(found[i], expected[i], 1e-6) << hwy::TargetName(target) << ", number " << i;
      }
      if (first.empty()) first = found;
      EXPECT_THAT(found, ElementsAreArray(first)) << hwy::TargetName(target);
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace
}  // namespace clipdex::vectors
