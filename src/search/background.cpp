#include "search/background.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "vectors/dot_product.hpp"

namespace clipdex::search {
namespace {

// Scores that hardly differ say nothing, and nothing is divided by their deviation.
constexpr double kDeviationMin = 1e-4;

struct Sums {
  double sum = 0;
  double squares = 0;

  double excess(double score, double count) const {
    const double mean = sum / count;
    const double variance = std::max(0.0, squares / count - mean * mean);
    return (score - mean) / std::max(kDeviationMin, std::sqrt(variance));
  }
};

Sums sums_of(std::span<const float> scores) {
  Sums sums;
  for (const double score : scores) {
    sums.sum += score;
    sums.squares += score * score;
  }
  return sums;
}

}  // namespace

Prompts::Prompts(std::span<const Embedding> vectors)
    : count_(vectors.size()), stride_(vectors::float_stride(vectors.front().size())) {
  assert(count_ >= kCountMin);
  rows_.resize(count_ * stride_);
  for (std::size_t i = 0; i < count_; ++i) {
    std::ranges::copy(vectors[i], rows_.begin() + static_cast<std::ptrdiff_t>(i * stride_));
  }
}

std::vector<float> Prompts::scores(std::span<const float> image) const {
  std::vector<float, vectors::AlignedAllocator<float>> padded(image.begin(), image.end());
  padded.resize(stride_);
  std::vector<float> scores(count_);
  vectors::dot_products(padded.data(), rows_.data(), stride_, count_, scores.data());
  return scores;
}

double Prompts::excess(double score, std::span<const float> image) const {
  return sums_of(scores(image)).excess(score, static_cast<double>(count_));
}

std::vector<double> Prompts::own_excesses(std::span<const float> image) const {
  const std::vector<float> all = scores(image);
  const Sums sums = sums_of(all);
  std::vector<double> excesses;
  for (const double score : all) {
    const Sums others{.sum = sums.sum - score, .squares = sums.squares - score * score};
    excesses.push_back(others.excess(score, static_cast<double>(count_ - 1)));
  }
  return excesses;
}

std::vector<float> best_excesses(const Prompts& prompts, std::size_t first,
                                 const EachImage& images) {
  std::vector<float> best(prompts.count() - first, std::numeric_limits<float>::lowest());
  images([&](std::span<const float> image) {
    const std::vector<double> excesses = prompts.own_excesses(image);
    for (std::size_t i = 0; i < best.size(); ++i) {
      best[i] = std::max(best[i], static_cast<float>(excesses[first + i]));
    }
  });
  std::ranges::sort(best);
  return best;
}

double match_of(double excess, std::span<const float> best) {
  assert(!best.empty());
  const auto below = std::ranges::lower_bound(best, static_cast<float>(excess)) - best.begin();
  return static_cast<double>(below) / static_cast<double>(best.size());
}

}  // namespace clipdex::search
