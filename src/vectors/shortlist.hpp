/// The best few thousand of many scored rows, for a later stage to choose among.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace clipdex::vectors {

/// Keeps the `k` rows of the greatest scores, of equal ones those that came first. Where `TopK`
/// pays for every row that it takes, this cuts twice as many back to `k` from time to time, which
/// is what a `k` of thousands asks for; rows that it refuses cost one comparison. One thread at a
/// time.
class Shortlist {
 public:
  /// Holds up to 2`k` rows, whose memory is taken now: no `offer` throws.
  explicit Shortlist(std::size_t k) : k_(k) { rows_.reserve(2 * k); }

  /// Takes a row, unless `k` better ones are known or its score is not above minus infinity. Rows
  /// come in ascending order.
  void offer(std::size_t row, float score) {
    if (!(score > worst_)) return;
    rows_.push_back({row, score});
    if (rows_.size() >= 2 * k_) cut();
  }

  /// Takes everything that another one holds, whatever its rows.
  void merge(const Shortlist& other) {
    rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
    if (rows_.size() > k_) cut();
  }

  /// The rows that are held, `k` at most, in ascending order; nothing is held afterwards.
  std::vector<std::size_t> take_rows() {
    if (rows_.size() > k_) cut();
    std::vector<std::size_t> rows;
    rows.reserve(rows_.size());
    for (const Row& row : rows_) rows.push_back(row.row);
    rows_.clear();
    std::ranges::sort(rows);
    return rows;
  }

 private:
  struct Row {
    std::size_t row = 0;
    float score = 0;
  };
  static bool ranks_before(const Row& a, const Row& b) noexcept {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  }

  void cut() {
    if (k_ > 0) {
      const auto worst = rows_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
      std::nth_element(rows_.begin(), worst, rows_.end(), ranks_before);
      worst_ = worst->score;
    }
    rows_.resize(k_);
  }

  std::size_t k_;
  float worst_ = -std::numeric_limits<float>::infinity();  ///< what the next row must exceed
  std::vector<Row> rows_;
};

}  // namespace clipdex::vectors
