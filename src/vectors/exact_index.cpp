#include "vectors/exact_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

#include "clipdex/error.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/top_k.hpp"

namespace clipdex::vectors {
namespace {

// Below this much to read, a thread costs more than it saves.
constexpr std::size_t kBytesPerWorkerMin = 16 << 20;

// Scores are collected a range at a time, so that the heap does not interrupt the stream of rows.
constexpr std::size_t kRowsPerRange = 256;

std::size_t padded(std::size_t floats) {
  return (floats + kFloatsPadded - 1) / kFloatsPadded * kFloatsPadded;
}

template <class Ranges>
std::size_t row_count(const Ranges& ranges) {
  std::size_t rows = 0;
  for (const auto [begin, end] : ranges) rows += end - begin;
  return rows;
}

void check_query_vector(std::span<const float> query, std::size_t dimension) {
  if (query.size() != dimension) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("the query's vector has {} numbers, but those of the index have {}",
                                query.size(), dimension));
  }
  if (!std::all_of(query.begin(), query.end(), [](float x) { return std::isfinite(x); })) {
    throw Exception(ErrorCode::invalid_argument,
                    "the query's vector holds a number that is not finite");
  }
}

}  // namespace

ExactIndex::ExactIndex(std::size_t dimension) : dimension_(dimension), stride_(padded(dimension)) {
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

std::vector<ExactIndex::Range> ExactIndex::admitted_ranges(const Admitted& admitted) const {
  std::vector<Range> ranges;
  if (!admitted) {
    for (std::size_t begin = 0; begin < ids_.size(); begin += kRowsPerRange) {
      ranges.push_back({begin, std::min(begin + kRowsPerRange, ids_.size())});
    }
    return ranges;
  }
  auto from = ids_.begin();
  for (const ImageId id : *admitted) {
    if (from != ids_.end() && *from < id) from = std::lower_bound(from, ids_.end(), id);
    if (from == ids_.end()) break;
    if (*from != id) continue;
    const auto row = static_cast<std::size_t>(from - ids_.begin());
    const bool goes_on =
        !ranges.empty() && ranges.back().end == row && row - ranges.back().begin < kRowsPerRange;
    if (!goes_on) ranges.push_back({row, row});
    ++ranges.back().end;
    ++from;
  }
  return ranges;
}

std::size_t ExactIndex::count(const Admitted& admitted) const {
  return row_count(admitted_ranges(admitted));
}

void ExactIndex::scan(const float* padded_query, std::span<const Range> ranges, TopK& best) const {
  std::array<float, kRowsPerRange> scores;
  for (const auto [begin, end] : ranges) {
    dot_products(padded_query, rows_.data() + begin * stride_, stride_, end - begin, scores.data());
    for (std::size_t row = begin; row < end; ++row) best.offer({ids_[row], scores[row - begin]});
  }
}

std::vector<Neighbour> ExactIndex::search(std::span<const float> query, std::size_t k,
                                          const Admitted& admitted) const {
  check_query_vector(query, dimension_);
  std::vector<float, AlignedAllocator<float>> padded_query(query.begin(), query.end());
  padded_query.resize(stride_);

  const std::vector<Range> ranges = admitted_ranges(admitted);
  const std::size_t rows = row_count(ranges);
  const std::size_t workers =
      std::clamp<std::size_t>(rows * stride_ * sizeof(float) / kBytesPerWorkerMin, 1,
                              std::max(1U, std::thread::hardware_concurrency()));
  std::vector<TopK> best;
  for (std::size_t i = 0; i < workers; ++i) best.emplace_back(std::min(k, rows));
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
      const std::size_t begin = ranges.size() * i / workers;
      const std::size_t end = ranges.size() * (i + 1) / workers;
      const auto share = std::span(ranges).subspan(begin, end - begin);
      const auto work = [&, share, i] { scan(padded_query.data(), share, best[i]); };
      if (i + 1 < workers) {
        threads.emplace_back(work);
      } else {
        work();
      }
    }
  }
  for (std::size_t i = 1; i < workers; ++i) best[0].merge(best[i]);
  return best[0].take_sorted();
}

}  // namespace clipdex::vectors
