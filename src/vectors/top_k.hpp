/// The best few of many scored rows, in a heap that never grows beyond what is asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

/// The order of every answer: the greater score first, of equal scores the smaller id.
inline bool ranks_before(const Neighbour& a, const Neighbour& b) noexcept {
  return a.score != b.score ? a.score > b.score : a.id < b.id;
}

/// Keeps the `k` best of the neighbours that are offered to it. One thread at a time.
class TopK {
 public:
  /// Holds up to `k` rows, whose memory is taken now: nothing throws later.
  explicit TopK(std::size_t k) : k_(k) { heap_.reserve(k); }

  /// Takes a row, unless `k` better ones are held already or its score is not finite.
  void offer(const Neighbour& row) {
    if (!std::isfinite(row.score)) return;
    if (heap_.size() < k_) {
      heap_.push_back(row);
      std::push_heap(heap_.begin(), heap_.end(), ranks_before);
    } else if (k_ > 0 && ranks_before(row, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), ranks_before);
      heap_.back() = row;
      std::push_heap(heap_.begin(), heap_.end(), ranks_before);
    }
  }

  /// Takes everything that another one holds.
  void merge(const TopK& other) {
    for (const Neighbour& row : other.heap_) offer(row);
  }

  /// What is held, best first; nothing is held afterwards.
  std::vector<Neighbour> take_sorted() {
    std::sort_heap(heap_.begin(), heap_.end(), ranks_before);
    return std::exchange(heap_, {});
  }

 private:
  std::size_t k_;
  std::vector<Neighbour> heap_;  ///< the worst that is held is at the front
};

}  // namespace clipdex::vectors
