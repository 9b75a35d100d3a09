/// Vectors that lie to each other as those of CLIP do, for tests and measurements of what a search
/// finds: random ones are easier in some ways and harder in others.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::test {

/// Images and texts of one embedding space, each decided by its number and the seed alone, so any
/// of them can be made at any time. What is modelled of CLIP's space (Liang et al.: Mind the Gap,
/// 2022, describes the gap):
///
/// - Images share a direction: two of them have a cosine of about 0.45, two of a cluster 0.7.
/// - There are 1,000 clusters, and some hold far more images than others.
/// - Texts share another direction, nearly at right angles to it. A text has a cosine of about 0.3
///   with the image that it is about, and about 0.15 with others.
/// - What differs has a spectrum like 1 / (8 + j): as much as about 140 dimensions would have.
///
/// Any number of threads may call the functions of one object.
class ClipLikeVectors {
 public:
  ClipLikeVectors(std::size_t dimension, std::uint64_t seed)
      : dimension_(dimension), seed_(seed), deviations_(dimension) {
    double squares = 0;
    for (std::size_t j = 0; j < dimension; ++j) squares += 1 / (8.0 + static_cast<double>(j));
    for (std::size_t j = 0; j < dimension; ++j) {
      deviations_[j] = static_cast<float>(std::sqrt(1 / (8.0 + static_cast<double>(j)) / squares));
    }
    of_images_ = unit(flat_noise(kOfImages));
    of_texts_ = flat_noise(kOfTexts);
    for (std::size_t j = 0; j < dimension; ++j) of_texts_[j] += 0.25F * of_images_[j];
    of_texts_ = unit(of_texts_);
    for (std::uint64_t i = 0; i < kClusters; ++i) centres_.push_back(noise(kOfCentres + i));
  }

  /// The unit vector of an image.
  Embedding image(std::uint64_t number) const {
    Embedding vector = content(number);
    for (std::size_t j = 0; j < dimension_; ++j) vector[j] += 0.67F * of_images_[j];
    return unit(std::move(vector));
  }

  /// The unit vector of a text about an image.
  Embedding text_about(std::uint64_t number) const {
    Embedding vector = content(number);
    const Embedding own = noise(kOfOneText + number);
    for (std::size_t j = 0; j < dimension_; ++j) {
      vector[j] = 0.87F * of_texts_[j] + 0.27F * vector[j] + 0.45F * own[j];
    }
    return unit(std::move(vector));
  }

 private:
  static constexpr std::uint64_t kClusters = 1000;
  // Where the numbers of each kind begin.
  static constexpr std::uint64_t kOfImages = std::uint64_t{1} << 60;
  static constexpr std::uint64_t kOfTexts = std::uint64_t{2} << 60;
  static constexpr std::uint64_t kOfCentres = std::uint64_t{3} << 60;
  static constexpr std::uint64_t kOfOneText = std::uint64_t{4} << 60;

  /// SplitMix64's function of a counter.
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  static Embedding unit(Embedding vector) {
    double squares = 0;
    for (const float x : vector) squares += double{x} * double{x};
    const auto scale = static_cast<float>(1 / std::sqrt(squares));
    for (float& x : vector) x *= scale;
    return vector;
  }

  /// Nearly normal numbers of variance 1 / dimension: sums of four even ones.
  Embedding flat_noise(std::uint64_t number) const {
    Embedding vector(dimension_);
    std::uint64_t state = mixed(seed_ ^ mixed(number));
    // Four times the variance 1/12 of an even number of width 65,536.
    const auto scale = static_cast<float>(std::sqrt(3 / static_cast<double>(dimension_)) / 65'536);
    for (float& x : vector) {
      const std::uint64_t bits = mixed(state += 0x9E3779B97F4A7C15);
      const auto part = [bits](int shift) { return static_cast<int>(bits >> shift & 0xFFFF); };
      x = static_cast<float>(part(0) + part(16) + part(32) + part(48) - 131'070) * scale;
    }
    return vector;
  }

  /// The same with the spectrum; about of length 1.
  Embedding noise(std::uint64_t number) const {
    Embedding vector = flat_noise(number);
    const float scale = std::sqrt(static_cast<float>(dimension_));
    for (std::size_t j = 0; j < dimension_; ++j) vector[j] *= deviations_[j] * scale;
    return vector;
  }

  /// What an image is of: its cluster and itself; about of length 0.74.
  Embedding content(std::uint64_t number) const {
    const std::uint64_t random = mixed(seed_ + number);
    const std::uint64_t cluster =
        (random % kClusters) * (random / kClusters % kClusters) / kClusters;
    Embedding vector = noise(number);
    for (std::size_t j = 0; j < dimension_; ++j) {
      vector[j] = 0.5F * centres_[cluster][j] + 0.55F * vector[j];
    }
    return vector;
  }

  std::size_t dimension_;
  std::uint64_t seed_;
  std::vector<float> deviations_;
  Embedding of_images_;
  Embedding of_texts_;
  std::vector<Embedding> centres_;
};

}  // namespace clipdex::test
