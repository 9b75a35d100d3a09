/// How near the vectors of a variant of a model are to those of the original. Private to the rooms
/// encode and library.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "clipdex/types.hpp"
#include "encode/encoders.hpp"
#include "image/raster.hpp"

namespace clipdex::encode {

/// Cosines between vectors of the same items.
struct Agreement {
  std::size_t count = 0;
  double median = 1;
  double worst = 1;
};

/// What an agreement must reach.
struct Threshold {
  double median_min = 0;
  double worst_min = 0;

  bool holds(const Agreement& agreement) const {
    return agreement.median >= median_min && agreement.worst >= worst_min;
  }
};

/// Passes that only move and merge operations change the last bits of a sum, no more.
inline constexpr Threshold kExactThreshold{.median_min = 1 - 1e-5, .worst_min = 1 - 1e-5};
inline constexpr Threshold kInt8Threshold{.median_min = 0.999, .worst_min = 0.995};

/// Compares vectors place by place; both must be as many. No vectors agree.
Agreement compare(std::span<const Embedding> one, std::span<const Embedding> other);

/// "cosine 0.9997312 median, 0.9991000 worst of 110".
std::string describe(const Agreement& agreement);

/// Called between items; throws to stop.
using Tick = std::function<void()>;

/// The vectors of pictures and of texts.
std::vector<Embedding> encode_all(ImageEncoder& encoder, std::span<const image::Raster> pictures,
                                  const Tick& tick);
std::vector<Embedding> encode_all(TextEncoder& encoder, std::span<const std::string> texts,
                                  const Tick& tick);

/// Pictures without any file: stripes that differ in direction and width, over a little noise.
std::vector<image::Raster> made_up_pictures(int size, int count);

/// About a hundred short queries, in English and in Chinese, among them an empty one and one that
/// is longer than any model takes.
std::vector<std::string> proof_texts();

}  // namespace clipdex::encode
