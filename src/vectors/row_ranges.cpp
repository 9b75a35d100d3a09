#include "vectors/row_ranges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "clipdex/error.hpp"

namespace clipdex::vectors {
namespace {

// Below this much to read, a thread costs more than it saves.
constexpr std::size_t kBytesPerWorkerMin = 16 << 20;

}  // namespace

std::vector<RowRange> admitted_ranges(std::span<const ImageId> ids, const Admitted& admitted) {
  std::vector<RowRange> ranges;
  if (!admitted) {
    for (std::size_t begin = 0; begin < ids.size(); begin += kRowsPerRange) {
      ranges.push_back({begin, std::min(begin + kRowsPerRange, ids.size())});
    }
    return ranges;
  }
  auto from = ids.begin();
  for (const ImageId id : *admitted) {
    if (from != ids.end() && *from < id) from = std::lower_bound(from, ids.end(), id);
    if (from == ids.end()) break;
    if (*from != id) continue;
    const auto row = static_cast<std::size_t>(from - ids.begin());
    const bool goes_on =
        !ranges.empty() && ranges.back().end == row && row - ranges.back().begin < kRowsPerRange;
    if (!goes_on) ranges.push_back({row, row});
    ++ranges.back().end;
    ++from;
  }
  return ranges;
}

std::size_t row_count(std::span<const RowRange> ranges) noexcept {
  std::size_t rows = 0;
  for (const auto [begin, end] : ranges) rows += end - begin;
  return rows;
}

std::size_t worker_count(std::size_t bytes) noexcept {
  return std::clamp<std::size_t>(bytes / kBytesPerWorkerMin, 1,
                                 std::max(1U, std::thread::hardware_concurrency()));
}

void share_out(std::span<const RowRange> ranges, std::size_t workers,
               const std::function<void(std::size_t, std::span<const RowRange>)>& work) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < workers; ++i) {
    const std::size_t begin = ranges.size() * i / workers;
    const std::size_t end = ranges.size() * (i + 1) / workers;
    const auto share = ranges.subspan(begin, end - begin);
    if (i + 1 < workers) {
      threads.emplace_back([&work, share, i] { work(i, share); });
    } else {
      work(i, share);
    }
  }
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

}  // namespace clipdex::vectors
