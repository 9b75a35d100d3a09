// Searches of a vector snapshot over vectors that resemble CLIP's: what they find and what they
// cost, beside reading the same bytes. Prints one JSON object.
//
// usage: bench_vector_search ROWS SNAPSHOT [LISTS]
// Writes SNAPSHOT, in as many lists as suit the rows unless told, and SNAPSHOT.queries, raw
// float32, which other programs can search for. Rows are made in the order of their ids, from 1 on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "support/clip_like_vectors.hpp"
#include "vectors/aligned_allocator.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/scan_index.hpp"
#include "vectors/snapshot_writer.hpp"
#include "vectors/top_k.hpp"

namespace {

namespace vectors = clipdex::vectors;
using clipdex::Embedding;
using clipdex::ImageId;
using Answers = std::vector<std::vector<vectors::Neighbour>>;

constexpr std::size_t kDimension = 512;
constexpr std::size_t kQueries = 200;
constexpr std::size_t kHits = 10;

double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

template <class Action>
double timed_ms(Action action) {
  const double began = now_ms();
  action();
  return now_ms() - began;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// Makes the rows a part at a time and gives the time that writing them took.
double write_snapshot(const std::filesystem::path& path,
                      const clipdex::test::ClipLikeVectors& space, std::uint64_t rows,
                      std::uint64_t lists) {
  vectors::SnapshotKey key;
  key.model = {.hash = "clip-like", .dimension = kDimension};
  vectors::SnapshotWriter writer(path, key, rows, std::filesystem::perms(0600), lists);
  double spent_ms = 0;
  std::vector<Embedding> part;
  for (std::uint64_t row = 0; row < rows;) {
    part.clear();
    for (; row < rows && part.size() < 10'000; ++row) part.push_back(space.image(row));
    spent_ms += timed_ms([&] {
      for (std::size_t i = 0; i < part.size(); ++i) {
        writer.add(static_cast<ImageId>(row - part.size() + i + 1), part[i]);
      }
    });
  }
  return spent_ms + timed_ms([&] { writer.finish(); });
}

// The truth: every row in float32, a tile for all queries while it is in the cache.
Answers exact_answers(const vectors::Snapshot& snapshot, std::span<const Embedding> queries) {
  std::vector<std::vector<float, vectors::AlignedAllocator<float>>> padded;
  for (const Embedding& query : queries) padded.emplace_back(query.begin(), query.end());
  std::vector<vectors::TopK> best(queries.size(), vectors::TopK(kHits));
  std::vector<float> scores(vectors::kRowsPerTile);
  for (std::size_t row = 0; row < snapshot.rows(); row += vectors::kRowsPerTile) {
    const std::size_t count = std::min(vectors::kRowsPerTile, snapshot.rows() - row);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      vectors::dot_products(padded[i].data(), snapshot.floats().data() + row * kDimension,
                            kDimension, count, scores.data());
      for (std::size_t j = 0; j < count; ++j) {
        best[i].offer({snapshot.ids()[row + j], scores[j]});
      }
    }
  }
  Answers answers;
  for (vectors::TopK& top : best) answers.push_back(top.take_sorted());
  return answers;
}

double recall(const Answers& found, const Answers& expected) {
  std::size_t met = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (const vectors::Neighbour& row : expected[i]) {
      met +=
          static_cast<std::size_t>(std::ranges::count(found[i], row.id, &vectors::Neighbour::id));
    }
  }
  return static_cast<double>(met) / static_cast<double>(expected.size() * kHits);
}

struct Measured {
  double median_ms;
  double recall;
};

Measured measure(const vectors::VectorIndex& index, std::span<const Embedding> queries,
                 const Answers& expected, std::size_t k) {
  Answers found;
  std::vector<double> times_ms;
  index.search(queries[0], k, std::nullopt);
  for (const Embedding& query : queries) {
    times_ms.push_back(timed_ms([&] { found.push_back(index.search(query, k, std::nullopt)); }));
  }
  return {median(times_ms), recall(found, expected)};
}

/// Wall time a query where so many share a pass, and what the same queries take one by one, in
/// turn, so that other load meets both.
struct Shared {
  double batch_ms;
  double single_ms;
};

Shared measure_batch(const vectors::VectorIndex& index, std::span<const Embedding> queries,
                     std::size_t size) {
  std::vector<double> batch_ms;
  std::vector<double> single_ms;
  for (std::size_t at = 0; at + size <= queries.size(); at += size) {
    std::vector<vectors::Search> searches;
    for (const Embedding& query : queries.subspan(at, size)) {
      searches.push_back({query, kHits, std::nullopt});
    }
    single_ms.push_back(timed_ms([&] {
      for (const auto& one : searches) index.search(one.query, one.k, one.admitted);
    }));
    batch_ms.push_back(timed_ms([&] { index.search_batch(searches); }));
  }
  const auto divisor = static_cast<double>(size);
  return {median(batch_ms) / divisor, median(single_ms) / divisor};
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t rows = argc == 3 || argc == 4 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::uint64_t lists =
      argc == 4 ? std::strtoull(argv[3], nullptr, 10) : vectors::lists_for(rows);
  if (rows < 1000) {
    std::fputs("usage: bench_vector_search ROWS SNAPSHOT [LISTS], with at least 1000 rows\n",
               stderr);
    return 2;
  }
  const std::filesystem::path path = argv[2];
  const clipdex::test::ClipLikeVectors space(kDimension, 1);
  const double build_ms = write_snapshot(path, space, rows, lists);
  std::vector<Embedding> texts;
  for (std::uint64_t i = 0; i < kQueries; ++i)
    texts.push_back(space.text_about(i * rows / kQueries));
  std::ofstream file(path.native() + ".queries", std::ios::binary);
  for (const Embedding& text : texts) {
    file.write(reinterpret_cast<const char*>(text.data()),
               static_cast<std::streamsize>(text.size() * sizeof(float)));
  }
  file.close();
  const auto open = [&] { return vectors::Snapshot::open(path).value_or_throw(); };
  const Answers expected = exact_answers(open(), texts);
  const vectors::ScanIndex cascade(open());
  const vectors::ScanIndex codes(open(), {.first = vectors::FirstStage::codes});
  const Measured by_cascade = measure(cascade, texts, expected, kHits);
  const Measured by_codes = measure(codes, texts, expected, kHits);
  const Shared of_1 = measure_batch(cascade, texts, 1);
  const Shared of_8 = measure_batch(cascade, texts, 8);
  const Shared of_64 = measure_batch(cascade, texts, 64);
  const vectors::SnapshotLayout layout = vectors::snapshot_layout(rows, kDimension, lists);
  const auto floats = static_cast<std::size_t>(vectors::Plane::floats);
  fmt::print(
      "{{\"rows\": {}, \"lists\": {}, \"build_ms\": {:.0f}, \"ms\": {:.3f}, \"recall\": {:.4f}, "
      "\"codes_ms\": {:.3f}, \"codes_recall\": {:.4f}, \"bytes_a_row\": {:.0f}, "
      "\"batch_ms\": {{\"1\": [{:.3f}, {:.3f}], \"8\": [{:.3f}, {:.3f}], "
      "\"64\": [{:.3f}, {:.3f}]}}, \"floats_offset\": {}}}\n",
      rows, lists, build_ms, by_cascade.median_ms, by_cascade.recall, by_codes.median_ms,
      by_codes.recall, static_cast<double>(layout.offsets[floats]) / static_cast<double>(rows),
      of_1.batch_ms, of_1.single_ms, of_8.batch_ms, of_8.single_ms, of_64.batch_ms, of_64.single_ms,
      layout.offsets[floats]);
  return 0;
}
