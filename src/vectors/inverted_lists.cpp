#include "vectors/inverted_lists.hpp"

#include <algorithm>
#include <numeric>

#include "vectors/aligned_allocator.hpp"
#include "vectors/dot_product.hpp"

namespace clipdex::vectors {

InvertedLists::InvertedLists(const Snapshot& snapshot) : centres_(snapshot.centres()) {
  ends_.reserve(snapshot.lists());
  std::size_t last = 0;
  for (const std::uint64_t end : snapshot.list_ends()) {
    last = std::clamp<std::size_t>(end, last, snapshot.rows());
    ends_.push_back(last);
  }
  ends_.back() = snapshot.rows();
}

std::size_t InvertedLists::list_of(std::size_t row) const noexcept {
  return static_cast<std::size_t>(std::ranges::upper_bound(ends_, row) - ends_.begin());
}

std::vector<float> InvertedLists::scores(std::span<const float> query) const {
  const std::size_t stride = float_stride(query.size());
  std::vector<float, AlignedAllocator<float>> padded(query.begin(), query.end());
  padded.resize(stride);
  std::vector<float> scores(count());
  dot_products(padded.data(), centres_.data(), stride, count(), scores.data());
  return scores;
}

RowBitmap InvertedLists::best(const RowBitmap& admitted, std::span<const float> scores,
                              std::size_t rows_min) const {
  // Pairs, because a score that is not a number, as in a damaged file, has no order.
  std::vector<std::pair<float, std::size_t>> ranked;
  for (std::size_t list = 0; list < count(); ++list) {
    ranked.emplace_back(scores[list] <= 0 || scores[list] > 0 ? -scores[list] : 0, list);
  }
  std::ranges::sort(ranked);
  RowBitmap rows = RowBitmap::none_of(admitted);
  for (const auto& [score, list] : ranked) {
    if (rows.count() >= rows_min) break;
    rows.copy_rows(admitted, begin(list), end(list));
  }
  return rows;
}

}  // namespace clipdex::vectors
