#include "vectors/exact_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "clipdex/error.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/top_k.hpp"

namespace clipdex::vectors {

ExactIndex::ExactIndex(std::size_t dimension)
    : dimension_(dimension), stride_(float_stride(dimension)) {
  if (dimension == 0) {
    throw Exception(ErrorCode::invalid_argument, "an index needs vectors of at least 1 number");
  }
}

void ExactIndex::reserve(std::size_t rows) {
  rows_.reserve(rows * stride_);
  ids_.reserve(rows);
}

void ExactIndex::add(ImageId id, std::span<const float> vector) {
  if (vector.size() != dimension_) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("the vector of image {} has {} numbers, but the index holds {}", id,
                                vector.size(), dimension_));
  }
  if (!ids_.empty() && id <= ids_.back()) {
    throw Exception(
        ErrorCode::invalid_argument,
        fmt::format("image {} was added after image {}; add images in ascending order of id", id,
                    ids_.back()));
  }
  ids_.push_back(id);
  rows_.insert(rows_.end(), vector.begin(), vector.end());
  rows_.resize(ids_.size() * stride_);
}

std::size_t ExactIndex::count(const Admitted& admitted) const {
  return admitted ? RowBitmap(ids_, admitted).count() : ids_.size();
}

void ExactIndex::scan(const float* padded_query, const RowBitmap& rows, std::size_t tile,
                      TopK& best) const {
  std::array<float, kRowsPerTile> scores;
  rows.visit_runs(tile, [&](std::size_t begin, std::size_t end) {
    dot_products(padded_query, rows_.data() + begin * stride_, stride_, end - begin, scores.data());
    for (std::size_t row = begin; row < end; ++row) best.offer({ids_[row], scores[row - begin]});
  });
}

std::vector<Neighbour> ExactIndex::search(std::span<const float> query, std::size_t k,
                                          const Admitted& admitted) const {
  check_query_vector(query, dimension_);
  std::vector<float, AlignedAllocator<float>> padded_query(query.begin(), query.end());
  padded_query.resize(stride_);

  const RowBitmap rows(ids_, admitted);
  const std::size_t workers = worker_count(rows.count() * stride_ * sizeof(float));
  std::vector<TopK> best;
  for (std::size_t i = 0; i < workers; ++i) best.emplace_back(std::min(k, rows.count()));
  share_out(rows.tiles(), workers, [&](std::size_t worker, std::size_t begin, std::size_t end) {
    for (std::size_t tile = begin; tile < end; ++tile) {
      scan(padded_query.data(), rows, tile, best[worker]);
    }
  });
  for (std::size_t i = 1; i < workers; ++i) best[0].merge(best[i]);
  return best[0].take_sorted();
}

}  // namespace clipdex::vectors
