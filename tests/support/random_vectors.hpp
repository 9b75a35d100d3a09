/// Vectors for tests: the same ones for the same seed, on every machine.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::test {

/// Unit vectors of uniformly random numbers, made without the standard distributions, whose results
/// differ between libraries.
inline std::vector<Embedding> random_unit_vectors(std::size_t count, std::size_t dimension,
                                                  std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Embedding> vectors(count, Embedding(dimension));
  for (Embedding& vector : vectors) {
    double squares = 0;
    for (float& x : vector) {
      x = static_cast<float>(static_cast<double>(random()) / 2147483648.0 - 1.0);
      squares += double{x} * double{x};
    }
    for (float& x : vector) x = static_cast<float>(double{x} / std::sqrt(squares));
  }
  return vectors;
}

/// Vectors of small whole numbers: their dot products are exact in float32 whatever the order of
/// the sum, so rankings with many ties can be compared for equality.
inline std::vector<Embedding> random_whole_vectors(std::size_t count, std::size_t dimension,
                                                   std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Embedding> vectors(count, Embedding(dimension));
  for (Embedding& vector : vectors) {
    for (float& x : vector) x = static_cast<float>(random() % 7) - 3;
  }
  return vectors;
}

}  // namespace clipdex::test
