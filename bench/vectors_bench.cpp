// How fast the indexes are, beside what the memory of the machine allows: reading the same bytes
// and doing nothing else with them. Run: build/release/bin/bench_vectors
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "vectors/aligned_allocator.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/exact_index.hpp"
#include "vectors/rotation.hpp"
#include "vectors/scan_index.hpp"
#include "vectors/signs.hpp"
#include "vectors/snapshot_writer.hpp"

namespace {

using clipdex::ImageId;
using clipdex::vectors::AlignedAllocator;
using clipdex::vectors::ExactIndex;
using clipdex::vectors::ScanIndex;

constexpr std::size_t kRows = 100'000;
constexpr std::size_t kDimension = 512;
constexpr auto kBytes = static_cast<std::int64_t>(kRows * kDimension * sizeof(float));

using Floats = std::vector<float, AlignedAllocator<float>>;

// A few million random numbers are enough: what they are decides nothing here.
Floats random_floats(std::size_t count) {
  std::minstd_rand random(7);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Floats floats(count);
  for (float& x : floats) x = uniform(random);
  return floats;
}

const Floats& rows() {
  static const Floats floats = random_floats(kRows * kDimension);
  return floats;
}

const ExactIndex& full_index() {
  static const ExactIndex index = [] {
    ExactIndex filled(kDimension);
    filled.reserve(kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
      filled.add(static_cast<ImageId>(i + 1), {rows().data() + i * kDimension, kDimension});
    }
    return filled;
  }();
  return index;
}

void search_all_rows(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0));
  const std::span<const float> query(rows().data(), kDimension);
  for (auto _ : state) benchmark::DoNotOptimize(full_index().search(query, k, std::nullopt));
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(search_all_rows)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();

void search_every_tenth_row(benchmark::State& state) {
  std::vector<ImageId> admitted;
  for (std::size_t i = 1; i <= kRows; i += 10) admitted.push_back(static_cast<ImageId>(i));
  const std::span<const float> query(rows().data(), kDimension);
  for (auto _ : state) benchmark::DoNotOptimize(full_index().search(query, 10, admitted));
  state.SetBytesProcessed(state.iterations() * kBytes / 10);
}
BENCHMARK(search_every_tenth_row)->Unit(benchmark::kMillisecond)->UseRealTime();

// The same rows as a snapshot, mapped, and in the page cache after the first search.
const ScanIndex& scan_index() {
  static const ScanIndex index = [] {
    const auto path = std::filesystem::temp_directory_path() /
                      ("clipdex-bench-" + std::to_string(::getpid()) + ".vectors");
    clipdex::vectors::SnapshotKey key;
    key.model = {.hash = "random", .dimension = kDimension};
    clipdex::vectors::SnapshotWriter writer(path, key, kRows, std::filesystem::perms(0600));
    for (std::size_t i = 0; i < kRows; ++i) {
      writer.add(static_cast<ImageId>(i + 1), {rows().data() + i * kDimension, kDimension});
    }
    writer.finish();
    ScanIndex mapped(clipdex::vectors::Snapshot::open(path).value_or_throw());
    std::filesystem::remove(path);
    return mapped;
  }();
  return index;
}

void scan_all_rows(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0));
  const std::span<const float> query(rows().data(), kDimension);
  for (auto _ : state) benchmark::DoNotOptimize(scan_index().search(query, k, std::nullopt));
  state.SetBytesProcessed(state.iterations() * kBytes / 4);
}
BENCHMARK(scan_all_rows)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();

void scan_every_tenth_row(benchmark::State& state) {
  std::vector<ImageId> admitted;
  for (std::size_t i = 1; i <= kRows; i += 10) admitted.push_back(static_cast<ImageId>(i));
  const std::span<const float> query(rows().data(), kDimension);
  for (auto _ : state) benchmark::DoNotOptimize(scan_index().search(query, 10, admitted));
  state.SetBytesProcessed(state.iterations() * kBytes / 40);
}
BENCHMARK(scan_every_tenth_row)->Unit(benchmark::kMillisecond)->UseRealTime();

// The kernels read as many bytes as the baseline: four times the rows in a byte a number, and still
// more in a bit.
void code_dot_products_one_thread(benchmark::State& state) {
  constexpr std::size_t kCodedRows = 4 * kRows;
  std::vector<std::int8_t> codes(kCodedRows * kDimension);
  for (std::size_t i = 0; i < kCodedRows; ++i) {
    clipdex::vectors::quantise_row({rows().data() + i % kRows * kDimension, kDimension},
                                   std::span(codes).subspan(i * kDimension));
  }
  std::vector<std::int16_t> query(kDimension);
  clipdex::vectors::quantise_query({rows().data(), kDimension}, query);
  std::vector<std::int32_t> sums(kRows);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kCodedRows; i += kRows) {
      clipdex::vectors::code_dot_products(query.data(), codes.data() + i * kDimension, kDimension,
                                          kRows, sums.data());
    }
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(code_dot_products_one_thread)->Unit(benchmark::kMillisecond)->UseRealTime();

void sign_scores_one_thread(benchmark::State& state) {
  using clipdex::vectors::kRowsPerBlock;
  constexpr std::size_t kWords = kDimension / 64;
  constexpr std::size_t kBlockBytes =
      kRowsPerBlock * (kWords * sizeof(std::uint64_t) + sizeof(float));
  constexpr std::size_t kBlocks = kBytes / kBlockBytes;
  constexpr std::size_t kBlocksAtOnce = 32;  // A tile, as a search scores them.
  std::vector<std::uint64_t> signs(kBlocks * kRowsPerBlock * kWords);
  std::mt19937_64 random(7);
  for (std::uint64_t& word : signs) word = random();
  const std::vector<float> scales(kBlocks * kRowsPerBlock, 1);
  std::vector<float> scores(kBlocksAtOnce * kRowsPerBlock);
  const clipdex::vectors::SignQuery query({rows().data(), kDimension});
  for (auto _ : state) {
    for (std::size_t i = 0; i + kBlocksAtOnce <= kBlocks; i += kBlocksAtOnce) {
      query.score(signs.data() + i * kRowsPerBlock * kWords, scales.data() + i * kRowsPerBlock,
                  kBlocksAtOnce, scores.data());
      benchmark::DoNotOptimize(scores.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(sign_scores_one_thread)->Unit(benchmark::kMillisecond)->UseRealTime();

void rotate_one_row(benchmark::State& state) {
  const clipdex::vectors::Rotation rotation(kDimension, 1);
  std::vector<float> row(rows().begin(), rows().begin() + kDimension);
  for (auto _ : state) {
    rotation.apply(row);
    benchmark::DoNotOptimize(row.data());
  }
}
BENCHMARK(rotate_one_row);

void take_signs_of_one_row(benchmark::State& state) {
  const std::span<const float> row(rows().data(), kDimension);
  std::vector<std::uint64_t> block(kDimension / 8);
  for (auto _ : state) {
    benchmark::DoNotOptimize(clipdex::vectors::take_signs(row, block.data()));
  }
}
BENCHMARK(take_signs_of_one_row);

void dot_products_one_thread(benchmark::State& state) {
  std::vector<float> scores(kRows);
  for (auto _ : state) {
    clipdex::vectors::dot_products(rows().data(), rows().data(), kDimension, kRows, scores.data());
    benchmark::DoNotOptimize(scores.data());
  }
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(dot_products_one_thread)->Unit(benchmark::kMillisecond)->UseRealTime();

// The baseline: memchr looks at every byte once, with the C library's best instructions.
void read_the_same_bytes_one_thread(benchmark::State& state) {
  const std::vector<unsigned char> bytes(static_cast<std::size_t>(kBytes), 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::memchr(bytes.data(), 0, bytes.size()));
  }
  state.SetBytesProcessed(state.iterations() * kBytes);
}
BENCHMARK(read_the_same_bytes_one_thread)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
