#include "vectors/scan_index.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "vectors/aligned_allocator.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/shortlist.hpp"
#include "vectors/signs.hpp"
#include "vectors/top_k.hpp"

namespace clipdex::vectors {
namespace {

// Up to so many rows, to read all codes takes no longer than what the signs would save.
constexpr std::size_t kRowsWithoutSignsMax = 20'000;

// How many rows the signs let pass: of the ten best for texts like CLIP's, 0.998 at 100,000 rows
// and 0.99 at a million. Half as many at a million leave 0.974.
constexpr double kCandidatesPerRootOfRows = 12;
constexpr std::size_t kCandidatesPerHit = 100;

// A byte is eight bits, and rows that lie apart cost more than rows in a stream: the signs pay only
// where far fewer rows pass them than are there.
constexpr std::size_t kRowsPerCandidateMin = 8;

// How many rows the codes let pass. The error of a score by codes has a standard deviation of
// 0.0004 at 512 numbers, and the 140 best of many thousands spread over a hundred times that.
constexpr std::size_t kFinalistsPerHit = 4;
constexpr std::size_t kFinalistsMin = 100;

// k × per_hit + least, and never more than there are rows.
std::size_t bounded(std::size_t k, std::size_t per_hit, std::size_t least, std::size_t rows) {
  if (k >= rows / per_hit) return rows;
  return std::min(rows, k * per_hit + least);
}

std::size_t candidates_for(std::size_t k, std::size_t rows) {
  const auto least =
      static_cast<std::size_t>(kCandidatesPerRootOfRows * std::sqrt(static_cast<double>(rows)));
  return bounded(k, kCandidatesPerHit, least, rows);
}

// Rows that lie apart are asked for so many rows before they are needed: the machine foresees only
// what lies together.
constexpr std::size_t kRowsAhead = 4;

// What a byte of them takes, beside a byte of a stream.
constexpr std::size_t kCostOfRowsApart = 2;

void prefetch(const std::int8_t* bytes, std::size_t count) {
  for (std::size_t at = 0; at < count; at += kCacheLineBytes) __builtin_prefetch(bytes + at);
}

/// Every admitted row, ascending.
std::vector<std::size_t> all_rows(const RowBitmap& admitted) {
  std::vector<std::size_t> rows;
  rows.reserve(admitted.count());
  for (std::size_t tile = 0; tile < admitted.tiles(); ++tile) {
    admitted.visit_runs(tile, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) rows.push_back(row);
    });
  }
  return rows;
}

// The numbers of rows that were offered under them instead of their ids. Ascending, so that the
// file is read in one direction.
std::vector<std::size_t> take_rows(TopK& best) {
  std::vector<std::size_t> rows;
  for (const Neighbour& row : best.take_sorted()) rows.push_back(static_cast<std::size_t>(row.id));
  std::ranges::sort(rows);
  return rows;
}

std::vector<std::size_t> take_rows(Shortlist& best) { return best.take_rows(); }

/// Has workers offer their shares of the items, each to a list of its own, and gives the numbers of
/// the rows that are best of all.
template <class Best, class Scan>
std::vector<std::size_t> best_of_shares(std::size_t rows_max, std::size_t items,
                                        std::size_t workers, const Scan& scan) {
  std::vector<Best> best;
  for (std::size_t i = 0; i < workers; ++i) best.emplace_back(rows_max);
  share_out(items, workers, [&](std::size_t worker, std::size_t begin, std::size_t end) {
    scan(begin, end, best[worker]);
  });
  for (std::size_t i = 1; i < workers; ++i) best[0].merge(best[i]);
  return take_rows(best[0]);
}

/// A query as the codes are scored with it.
struct CodedQuery {
  CodedQuery(std::span<const float> query, const Snapshot& rows)
      : snapshot(rows), codes(code_stride(query.size())), scale(quantise_query(query, codes)) {}

  /// Offers the rows from `begin` up to, but without, `end`, a tile at most.
  void offer(std::size_t begin, std::size_t end, TopK& best) const {
    std::array<std::int32_t, kRowsPerTile> sums;
    code_dot_products(codes.data(), snapshot.codes().data() + begin * codes.size(), codes.size(),
                      end - begin, sums.data());
    for (std::size_t row = begin; row < end; ++row) {
      const float score = snapshot.scales()[row] * scale * static_cast<float>(sums[row - begin]);
      best.offer({static_cast<ImageId>(row), score});
    }
  }

  const Snapshot& snapshot;
  std::vector<std::int16_t> codes;
  float scale;
};

}  // namespace

ScanIndex::ScanIndex(Snapshot snapshot, FirstStage first)
    : snapshot_(std::move(snapshot)),
      first_(first),
      rotation_(snapshot_.dimension(), snapshot_.rotation_seed()) {}

std::size_t ScanIndex::count(const Admitted& admitted) const {
  return admitted ? RowBitmap(snapshot_.ids(), admitted).count() : size();
}

std::vector<std::size_t> ScanIndex::best_by_signs(std::span<const float> query,
                                                  const RowBitmap& admitted,
                                                  std::size_t rows_max) const {
  std::vector<float> rotated(query.begin(), query.end());
  rotated.resize(rotation_.size());
  rotation_.apply(rotated);
  const SignQuery signs(rotated);
  const std::size_t words = sign_words(dimension());

  // The blocks that a run touches are scored whole, a block that two runs share only once.
  const auto scan_tile = [&](std::size_t tile, Shortlist& best) {
    const std::size_t first_row = tile * kRowsPerTile;
    std::array<float, kRowsPerTile> scores;
    std::size_t scored = first_row;
    admitted.visit_runs(tile, [&](std::size_t begin, std::size_t end) {
      const std::size_t from = std::max(begin / kRowsPerBlock * kRowsPerBlock, scored);
      const std::size_t to = rows_in_blocks(end);
      if (from < to) {
        signs.score(snapshot_.signs().data() + from * words, snapshot_.sign_scales().data() + from,
                    (to - from) / kRowsPerBlock, scores.data() + (from - first_row));
        scored = to;
      }
      for (std::size_t row = begin; row < end; ++row) best.offer(row, scores[row - first_row]);
    });
  };
  const std::size_t bytes = admitted.count() * words * sizeof(std::uint64_t);
  return best_of_shares<Shortlist>(rows_max, admitted.tiles(), worker_count(bytes),
                                   [&](std::size_t begin, std::size_t end, Shortlist& best) {
                                     while (begin < end) scan_tile(begin++, best);
                                   });
}

std::vector<std::size_t> ScanIndex::best_by_codes(std::span<const float> query,
                                                  const RowBitmap& admitted,
                                                  std::size_t rows_max) const {
  const CodedQuery coded(query, snapshot_);
  return best_of_shares<TopK>(
      rows_max, admitted.tiles(), worker_count(admitted.count() * coded.codes.size()),
      [&](std::size_t begin, std::size_t end, TopK& best) {
        for (std::size_t tile = begin; tile < end; ++tile) {
          admitted.visit_runs(tile, [&](std::size_t run_begin, std::size_t run_end) {
            coded.offer(run_begin, run_end, best);
          });
        }
      });
}

std::vector<std::size_t> ScanIndex::best_by_codes(std::span<const float> query,
                                                  std::span<const std::size_t> rows,
                                                  std::size_t rows_max) const {
  const CodedQuery coded(query, snapshot_);
  const std::size_t stride = coded.codes.size();
  return best_of_shares<TopK>(
      rows_max, rows.size(), worker_count(rows.size() * stride * kCostOfRowsApart),
      [&](std::size_t begin, std::size_t end, TopK& best) {
        for (std::size_t i = begin; i < end; ++i) {
          if (i + kRowsAhead < end) {
            prefetch(snapshot_.codes().data() + rows[i + kRowsAhead] * stride, stride);
          }
          coded.offer(rows[i], rows[i] + 1, best);
        }
      });
}

std::vector<Neighbour> ScanIndex::best_by_floats(std::span<const float> query,
                                                 std::span<const std::size_t> rows,
                                                 std::size_t k) const {
  const std::size_t stride = float_stride(dimension());
  std::vector<float, AlignedAllocator<float>> padded_query(query.begin(), query.end());
  padded_query.resize(stride);
  TopK best(std::min(k, rows.size()));
  for (const std::size_t row : rows) {
    float score = 0;
    dot_products(padded_query.data(), snapshot_.floats().data() + row * stride, stride, 1, &score);
    best.offer({snapshot_.ids()[row], score});
  }
  return best.take_sorted();
}

std::vector<Neighbour> ScanIndex::search(std::span<const float> query, std::size_t k,
                                         const Admitted& admitted) const {
  check_query_vector(query, dimension());
  const RowBitmap rows(snapshot_.ids(), admitted);
  if (k == 0 || rows.count() == 0) return {};
  const std::size_t finalists = bounded(k, kFinalistsPerHit, kFinalistsMin, rows.count());
  if (finalists == rows.count()) return best_by_floats(query, all_rows(rows), k);

  const std::size_t candidates = candidates_for(k, rows.count());
  const bool begins_with_signs = first_ == FirstStage::signs &&
                                 rows.count() > kRowsWithoutSignsMax &&
                                 candidates < rows.count() / kRowsPerCandidateMin;
  const std::vector<std::size_t> best =
      begins_with_signs ? best_by_codes(query, best_by_signs(query, rows, candidates), finalists)
                        : best_by_codes(query, rows, finalists);
  return best_by_floats(query, best, k);
}

}  // namespace clipdex::vectors
