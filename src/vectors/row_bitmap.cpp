#include "vectors/row_bitmap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <thread>

#include "clipdex/error.hpp"

namespace clipdex::vectors {
namespace {

// Below this much to read, a thread costs more than it saves. The signs of 100,000 rows are twice
// that from 256 numbers on.
constexpr std::size_t kBytesPerWorkerMin = 3 << 19;

constexpr std::size_t kWordBits = 64;

/// The first of the ascending `ids`, from `from` on, that is not below `id`. The steps double, so
/// that an id close by is found at once and one far away with few looks.
std::size_t row_not_below(std::span<const ImageId> ids, std::size_t from, ImageId id) {
  std::size_t step = 1;
  std::size_t end = from;
  while (end < ids.size() && ids[end] < id) {
    from = end + 1;
    end = from + step;
    step *= 2;
  }
  const auto near = ids.subspan(from, std::min(end, ids.size()) - from);
  return from + static_cast<std::size_t>(std::ranges::lower_bound(near, id) - near.begin());
}

}  // namespace

RowBitmap::RowBitmap(std::span<const ImageId> ids, const Admitted& admitted, IdOrder order)
    : rows_(ids.size()),
      count_(admitted ? 0 : rows_),
      words_((rows_ + kWordBits - 1) / kWordBits, admitted ? 0 : ~std::uint64_t{0}) {
  if (!admitted || admitted->empty()) return;
  if (order == IdOrder::ascending) {
    admit_ascending(ids, *admitted);
  } else {
    admit_in_disorder(ids, *admitted);
  }
}

RowBitmap RowBitmap::none_of(const RowBitmap& other) {
  RowBitmap none;
  none.rows_ = other.rows_;
  none.words_.resize(other.words_.size());
  return none;
}

void RowBitmap::copy_rows(const RowBitmap& other, std::size_t begin, std::size_t end) noexcept {
  while (begin < end) {
    const std::size_t first = begin % kWordBits;
    const std::size_t count = std::min(kWordBits - first, end - begin);
    const std::uint64_t mask = ~std::uint64_t{0} >> (kWordBits - count) << first;
    const std::uint64_t bits = other.words_[begin / kWordBits] & mask;
    words_[begin / kWordBits] |= bits;
    count_ += static_cast<std::size_t>(std::popcount(bits));
    begin += count;
  }
}

void RowBitmap::admit(std::size_t row) noexcept {
  words_[row / kWordBits] |= std::uint64_t{1} << (row % kWordBits);
  ++count_;
}

void RowBitmap::admit_ascending(std::span<const ImageId> ids, std::span<const ImageId> admitted) {
  std::size_t row = 0;
  for (const ImageId id : admitted) {
    row = row_not_below(ids, row, id);
    if (row == rows_) break;
    if (ids[row] == id) admit(row++);
  }
}

void RowBitmap::admit_in_disorder(std::span<const ImageId> ids, std::span<const ImageId> admitted) {
  // Differences of unsigned numbers: they do not overflow, and are huge for ids below the first.
  const auto first = static_cast<std::uint64_t>(admitted.front());
  const std::uint64_t last = static_cast<std::uint64_t>(admitted.back()) - first;
  // Ids of a library lie close together, so that a bit for each of them is soon made.
  if (last / kWordBits > ids.size()) {
    for (std::size_t row = 0; row < rows_; ++row) {
      if (std::ranges::binary_search(admitted, ids[row])) admit(row);
    }
    return;
  }
  std::vector<std::uint64_t> wanted(last / kWordBits + 1);
  for (const ImageId id : admitted) {
    const std::uint64_t place = static_cast<std::uint64_t>(id) - first;
    wanted[place / kWordBits] |= std::uint64_t{1} << (place % kWordBits);
  }
  for (std::size_t row = 0; row < rows_; ++row) {
    const std::uint64_t place = static_cast<std::uint64_t>(ids[row]) - first;
    if (place <= last && (wanted[place / kWordBits] >> (place % kWordBits) & 1) != 0) admit(row);
  }
}

std::size_t RowBitmap::next(bool is_admitted, std::size_t row, std::size_t end) const noexcept {
  while (row < end) {
    const std::uint64_t word = is_admitted ? words_[row / kWordBits] : ~words_[row / kWordBits];
    const std::uint64_t rest = word >> (row % kWordBits);
    if (rest != 0) return std::min(row + static_cast<std::size_t>(std::countr_zero(rest)), end);
    row = (row / kWordBits + 1) * kWordBits;
  }
  return end;
}

std::size_t worker_count(std::size_t bytes) noexcept {
  return std::clamp<std::size_t>(bytes / kBytesPerWorkerMin, 1,
                                 std::max(1U, std::thread::hardware_concurrency()));
}

void share_out(std::size_t items, std::size_t workers,
               const std::function<void(std::size_t, std::size_t, std::size_t)>& work) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < workers; ++i) {
    const std::size_t begin = items * i / workers;
    const std::size_t end = items * (i + 1) / workers;
    if (i + 1 < workers) {
      threads.emplace_back([&work, begin, end, i] { work(i, begin, end); });
    } else {
      work(i, begin, end);
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
