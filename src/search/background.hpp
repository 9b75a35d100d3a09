/// What a score is worth: cosines differ from model to model, from picture to picture and from
/// library to library, so each is held against those that stock prompts get.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "clipdex/types.hpp"
#include "vectors/aligned_allocator.hpp"

namespace clipdex::search {

/// The unit vectors of stock prompts by one model, ready to be compared with images.
/// Thread-safe after construction.
class Prompts {
 public:
  /// @param vectors at least `kCountMin`, all of the same dimension
  explicit Prompts(std::span<const Embedding> vectors);

  static constexpr std::size_t kCountMin = 10;

  std::size_t count() const noexcept { return count_; }

  /// By how many standard deviations a score of this image exceeds what the prompts score on it.
  /// Some pictures are near to every text, others to none; in this measure they are equal.
  /// @param image its unit vector, of the prompts' dimension
  double excess(double score, std::span<const float> image) const;

  /// The same for the score of each prompt itself, held against the others.
  std::vector<double> own_excesses(std::span<const float> image) const;

 private:
  std::vector<float> scores(std::span<const float> image) const;

  std::size_t count_;
  std::size_t stride_;  // floats a row
  std::vector<float, vectors::AlignedAllocator<float>> rows_;
};

/// Shows `visit` the unit vector of every image; the span is valid during the call only.
using EachImage = std::function<void(const std::function<void(std::span<const float>)>& visit)>;

/// For each prompt from place `first` on, the greatest of its `own_excesses` over all images,
/// ascending: what the best hit of a text reaches to which there is no right answer. No images give
/// lowest numbers.
std::vector<float> best_excesses(const Prompts& prompts, std::size_t first,
                                 const EachImage& images);

/// The share of unrelated prompts whose best hit in the library exceeds its image's background less
/// than this hit does, 0 to 1. At 0.5 a hit is no better than what chance finds, whatever the
/// model.
/// @param best of `best_excesses`, not empty
double match_of(double excess, std::span<const float> best);

}  // namespace clipdex::search
