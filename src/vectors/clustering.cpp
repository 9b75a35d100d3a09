#include "vectors/clustering.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "vectors/dot_product.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/shortlist.hpp"
#include "vectors/signs.hpp"

namespace clipdex::vectors {
namespace {

constexpr int kRounds = 8;

// Signs are off by a few hundredths, and so far the distances to the nearest centres differ.
constexpr std::size_t kComparedInFloats = 16;

std::vector<float> mean_of(const PaddedRows& rows, std::size_t stride) {
  std::vector<double> sums(stride);
  for (std::size_t i = 0; i < rows.size(); ++i) sums[i % stride] += double{rows[i]};
  const double count = static_cast<double>(rows.size()) / static_cast<double>(stride);
  std::vector<float> mean;
  for (const double sum : sums) mean.push_back(static_cast<float>(sum / count));
  return mean;
}

float half_square(std::span<const float> vector) {
  double sum = 0;
  for (const float x : vector) sum += double{x} * double{x};
  return static_cast<float>(sum / 2);
}

/// The mean of the rows that are nearest to each centre; a centre that has none stays as it is.
PaddedRows moved(const Centres& centres, std::span<const float> sample, std::size_t stride,
                 std::span<const std::size_t> nearest) {
  std::vector<double> sums(centres.rows().size());
  std::vector<std::size_t> counts(centres.count());
  for (std::size_t row = 0; row < nearest.size(); ++row) {
    double* sum = sums.data() + nearest[row] * stride;
    for (std::size_t j = 0; j < stride; ++j) sum[j] += double{sample[row * stride + j]};
    ++counts[nearest[row]];
  }
  PaddedRows rows = centres.rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto count = static_cast<double>(counts[i / stride]);
    if (count > 0) rows[i] = static_cast<float>(sums[i] / count);
  }
  return rows;
}

}  // namespace

Centres::Centres(PaddedRows rows, std::size_t dimension, std::uint64_t rotation_seed)
    : dimension_(dimension), rows_(std::move(rows)), rotation_(dimension, rotation_seed) {
  const std::size_t stride = float_stride(dimension);
  const std::size_t count = rows_.size() / stride;
  const std::size_t words = sign_words(dimension);
  mean_ = mean_of(rows_, stride);
  signs_.resize(rows_in_blocks(count) * words);
  scales_.resize(rows_in_blocks(count));
  std::vector<float> centred(rotation_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const float> row(rows_.data() + i * stride, dimension);
    std::ranges::fill(centred, 0.0F);
    for (std::size_t j = 0; j < dimension; ++j) centred[j] = row[j] - mean_[j];
    half_squares_.push_back(half_square(row));
    centred_half_squares_.push_back(half_square(centred));
    rotation_.apply(centred);
    const std::size_t in_block = i % kRowsPerBlock;
    scales_[i] = take_signs(centred, signs_.data() + (i - in_block) * words + in_block);
  }
}

std::size_t Centres::nearest(std::span<const float> row) const {
  std::vector<float> centred(rotation_.size());
  for (std::size_t j = 0; j < dimension_; ++j) centred[j] = row[j] - mean_[j];
  rotation_.apply(centred);
  std::vector<float> scores(scales_.size());
  SignQuery(centred).score(signs_.data(), scales_.data(), scales_.size() / kRowsPerBlock,
                           scores.data());
  // The squared distance is the row's squared length less twice this.
  Shortlist near(std::min(kComparedInFloats, count()));
  for (std::size_t i = 0; i < count(); ++i) near.offer(i, scores[i] - centred_half_squares_[i]);

  const std::size_t stride = float_stride(dimension_);
  std::size_t best = 0;
  float best_score = -std::numeric_limits<float>::infinity();
  for (const std::size_t i : near.take_rows()) {
    float score = 0;
    dot_products(row.data(), rows_.data() + i * stride, stride, 1, &score);
    score -= half_squares_[i];
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

Centres cluster(std::span<const float> sample, std::size_t dimension, std::size_t count,
                std::uint64_t rotation_seed) {
  const std::size_t stride = float_stride(dimension);
  const std::size_t rows = sample.size() / stride;
  PaddedRows first;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = sample.subspan(i * rows / count * stride, stride);
    first.insert(first.end(), row.begin(), row.end());
  }
  Centres centres(std::move(first), dimension, rotation_seed);
  std::vector<std::size_t> nearest(rows);
  for (int round = 0; round < kRounds; ++round) {
    share_out(rows, worker_count(sample.size_bytes()),
              [&](std::size_t, std::size_t begin, std::size_t end) {
                for (std::size_t row = begin; row < end; ++row) {
                  nearest[row] = centres.nearest(sample.subspan(row * stride, stride));
                }
              });
    centres = Centres(moved(centres, sample, stride, nearest), dimension, rotation_seed);
  }
  return centres;
}

}  // namespace clipdex::vectors
