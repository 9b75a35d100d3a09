#include "vectors/passes.hpp"

#include <algorithm>
#include <array>

#include "vectors/aligned_allocator.hpp"
#include "vectors/codes.hpp"
#include "vectors/shortlist.hpp"
#include "vectors/top_k.hpp"

namespace clipdex::vectors {
namespace {

// Rows that lie apart are asked for so many rows before they are needed: the machine foresees only
// what lies together.
constexpr std::size_t kRowsAhead = 4;

// What a byte of them takes, beside a byte of a stream.
constexpr std::size_t kCostOfRowsApart = 2;

// Searches take turns in a part of the rows whose codes of 512 numbers fit into a second cache.
constexpr std::size_t kRowsPerTurn = 1024;

void prefetch(const std::int8_t* bytes, std::size_t count) {
  for (std::size_t at = 0; at < count; at += kCacheLineBytes) __builtin_prefetch(bytes + at);
}

// The numbers of rows that were offered under them instead of their ids.
RowNumbers take_rows(TopK& best) {
  RowNumbers rows;
  for (const Neighbour& row : best.take_sorted()) rows.push_back(static_cast<std::size_t>(row.id));
  std::ranges::sort(rows);
  return rows;
}

RowNumbers take_rows(Shortlist& best) { return best.take_rows(); }

/// Has workers scan their shares, `scan(worker, workers, best)`, into lists of their own, one for
/// each task, and gives the rows that are best of all for each.
template <class Best, class Task, class Scan>
std::vector<RowNumbers> best_of_shares(std::span<const Task> tasks, std::size_t workers,
                                       const Scan& scan) {
  std::vector<std::vector<Best>> best(workers);
  for (std::vector<Best>& of_worker : best) {
    for (const Task& task : tasks) of_worker.emplace_back(task.kept);
  }
  share_out(workers, workers, [&](std::size_t worker, std::size_t, std::size_t) {
    scan(worker, workers, std::span(best[worker]));
  });
  std::vector<RowNumbers> rows;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (std::size_t worker = 1; worker < workers; ++worker) best[0][i].merge(best[worker][i]);
    rows.push_back(take_rows(best[0][i]));
  }
  return rows;
}

// The blocks that a run touches are scored whole, a block that two runs share only once.
void offer_tile(const Snapshot& snapshot, const InvertedLists& lists, const SignTask& task,
                std::size_t tile, Shortlist& best) {
  const std::size_t words = sign_words(snapshot.dimension());
  const std::size_t first_row = tile * kRowsPerTile;
  std::array<float, kRowsPerTile> scores;
  std::size_t scored = first_row;
  std::size_t list = lists.list_of(first_row);
  task.rows->visit_runs(tile, [&](std::size_t begin, std::size_t end) {
    const std::size_t from = std::max(begin / kRowsPerBlock * kRowsPerBlock, scored);
    const std::size_t to = rows_in_blocks(end);
    if (from < to) {
      task.query.score(snapshot.signs().data() + from * words, snapshot.sign_scales().data() + from,
                       (to - from) / kRowsPerBlock, scores.data() + (from - first_row));
      scored = to;
    }
    for (std::size_t row = begin; row < end;) {
      while (row >= lists.end(list)) ++list;
      const float of_list = task.list_scores[list];
      for (const std::size_t to_row = std::min(end, lists.end(list)); row < to_row; ++row) {
        best.offer(row, of_list + scores[row - first_row]);
      }
    }
  });
}

/// A task with its query as the codes are scored with it.
struct CodedTask {
  CodedTask(const Snapshot& snapshot, const CodeTask& of)
      : task(&of),
        codes(code_stride(of.query.size())),
        planes(&snapshot),
        scale(quantise_query(of.query, codes)) {}

  /// What it takes to score the rows, in bytes of a stream.
  std::size_t cost() const {
    return codes.size() *
           (task->rows ? task->rows->count() : task->rows_apart.size() * kCostOfRowsApart);
  }

  /// Offers the rows from `begin` up to, but without, `end`, a tile at most.
  void offer(std::size_t begin, std::size_t end, TopK& best) const {
    std::array<std::int32_t, kRowsPerTile> sums;
    code_dot_products(codes.data(), planes->codes().data() + begin * codes.size(), codes.size(),
                      end - begin, sums.data());
    for (std::size_t row = begin; row < end; ++row) {
      const float score = planes->scales()[row] * scale * static_cast<float>(sums[row - begin]);
      best.offer({static_cast<ImageId>(row), score});
    }
  }

  /// Offers the numbered rows from the `i`th on that come before `rows_end`, but none from the
  /// `end`th on. @return the first that was not offered
  std::size_t offer_apart(std::size_t i, std::size_t end, std::size_t rows_end, TopK& best) const {
    const RowNumbers& rows = task->rows_apart;
    for (; i < end && rows[i] < rows_end; ++i) {
      if (i + kRowsAhead < end) {
        prefetch(planes->codes().data() + rows[i + kRowsAhead] * codes.size(), codes.size());
      }
      offer(rows[i], rows[i] + 1, best);
    }
    return i;
  }

  const CodeTask* task;
  std::vector<std::int16_t> codes;
  const Snapshot* planes;
  float scale;
};

/// The share of one worker in a pass over the codes.
void scan_codes(std::span<const CodedTask> tasks, std::size_t rows, std::size_t worker,
                std::size_t workers, std::span<TopK> best) {
  const auto share = [&](std::size_t items) {
    return std::pair(items * worker / workers, items * (worker + 1) / workers);
  };
  const auto [tiles_begin, tiles_end] = share((rows + kRowsPerTile - 1) / kRowsPerTile);
  for (std::size_t tile = tiles_begin; tile < tiles_end; ++tile) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!tasks[i].task->rows) continue;
      tasks[i].task->rows->visit_runs(
          tile, [&](std::size_t begin, std::size_t end) { tasks[i].offer(begin, end, best[i]); });
    }
  }
  std::vector<std::size_t> next;
  for (const CodedTask& task : tasks) next.push_back(share(task.task->rows_apart.size()).first);
  for (std::size_t rows_end = 0; rows_end < rows;) {
    rows_end += kRowsPerTurn;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const std::size_t end = share(tasks[i].task->rows_apart.size()).second;
      next[i] = tasks[i].offer_apart(next[i], end, rows_end, best[i]);
    }
  }
}

}  // namespace

std::vector<RowNumbers> best_by_signs(const Snapshot& snapshot, const InvertedLists& lists,
                                      std::span<const SignTask> tasks) {
  std::size_t rows = 0;
  for (const SignTask& task : tasks) rows += task.rows->count();
  const std::size_t bytes = rows * sign_words(snapshot.dimension()) * sizeof(std::uint64_t);
  const std::size_t tiles = (snapshot.rows() + kRowsPerTile - 1) / kRowsPerTile;
  return best_of_shares<Shortlist>(
      tasks, worker_count(bytes),
      [&](std::size_t worker, std::size_t workers, std::span<Shortlist> best) {
        const std::size_t end = tiles * (worker + 1) / workers;
        for (std::size_t tile = tiles * worker / workers; tile < end; ++tile) {
          for (std::size_t i = 0; i < tasks.size(); ++i) {
            offer_tile(snapshot, lists, tasks[i], tile, best[i]);
          }
        }
      });
}

std::vector<RowNumbers> best_by_codes(const Snapshot& snapshot, std::span<const CodeTask> tasks) {
  std::vector<CodedTask> coded;
  std::size_t cost = 0;
  for (const CodeTask& task : tasks) {
    coded.emplace_back(snapshot, task);
    cost += coded.back().cost();
  }
  return best_of_shares<TopK>(tasks, worker_count(cost),
                              [&](std::size_t worker, std::size_t workers, std::span<TopK> best) {
                                scan_codes(coded, snapshot.rows(), worker, workers, best);
                              });
}

}  // namespace clipdex::vectors
