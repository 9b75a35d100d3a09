// How fast the library takes images with vectors in, gives the vectors back and answers questions,
// beside the least that each must cost: the same bytes written or copied, one row fetched by its
// id. Run: build/release/bin/bench_store. The library lies in the temporary directory (TMPDIR).
#include <SQLiteCpp/SQLiteCpp.h>
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "store/catalogue.hpp"

namespace {

namespace store = clipdex::store;

constexpr std::size_t kDimension = 512;
constexpr int kBatchImages = 64;
constexpr int kLibraryImages = 100'000;

/// A library in a file of its own, removed at the end.
class BenchLibrary {
 public:
  BenchLibrary() {
    remove();
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    double squares = 0;
    for (float& value : vector_) squares += std::pow(value = normal(generator), 2);
    for (float& value : vector_) value /= static_cast<float>(std::sqrt(squares));
  }
  ~BenchLibrary() { remove(); }

  const std::filesystem::path& file() const { return file_; }

  /// Puts `count` images with vectors in, 64 a transaction as the indexer does.
  void put(int count) {
    store::Catalogue library = store::Catalogue::open(file_, store::Access::write);
    model_ = library.ensure_model({std::string(64, 'a'), kDimension}, "bench", "");
    const store::RootId root = library.ensure_root({.path = "/photos", .excludes = {}});
    for (int done = 0; done < count; done += kBatchImages) {
      store::Catalogue::Transaction batch(library);
      for (int i = done; i < done + kBatchImages; ++i) {
        library.put_vector(library.put_image(record(i, root)), model_, vector_);
      }
      batch.commit();
    }
  }

  store::ModelId model() const { return model_; }

 private:
  static store::ImageRecord record(int i, store::RootId root) {
    store::ImageRecord record;
    record.path = "/photos/2024/05/an album of some length/IMG_" + std::to_string(i) + ".jpg";
    record.root_id = root;
    record.size_bytes = 2'000'000;
    record.mtime_ns = 1'700'000'000'000'000'000 + i;
    record.hash = clipdex::content_hash(std::as_bytes(std::span(record.path)));
    record.taken_at_s = 1'600'000'000 + i;
    return record;
  }

  void remove() {
    for (const char* end : {"", "-wal", "-shm", ".lock"})
      std::filesystem::remove(file_.native() + end);
  }

  /// Its own for each object: benchmarks take turns while the full library is there.
  static std::filesystem::path new_file() {
    static int count = 0;
    return std::filesystem::temp_directory_path() / fmt::format("clipdex-bench-{}.db", count++);
  }

  std::filesystem::path file_ = new_file();
  std::vector<float> vector_ = std::vector<float>(kDimension);
  store::ModelId model_ = 0;
};

/// One library of 100,000 images for all the benchmarks that read.
BenchLibrary& full_library() {
  static const std::unique_ptr<BenchLibrary> library = [] {
    auto made = std::make_unique<BenchLibrary>();
    made->put(kLibraryImages);
    return made;
  }();
  return *library;
}

void put_images_and_vectors(benchmark::State& state) {
  constexpr int kImages = 20'032;
  for (auto _ : state) {
    BenchLibrary library;
    library.put(kImages);
  }
  state.SetItemsProcessed(state.iterations() * kImages);
}
BENCHMARK(put_images_and_vectors)->Unit(benchmark::kMillisecond)->UseRealTime();

/// What `put_images_and_vectors` compares with: vectors alone, in one sequential write, made safe.
void write_as_many_bytes(benchmark::State& state) {
  constexpr int kImages = 20'032;
  const std::vector<float> floats(kDimension * kImages, 1);
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "clipdex-bench.raw";
  for (auto _ : state) {
    const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const auto bytes = static_cast<ssize_t>(floats.size() * sizeof(float));
    const bool written =
        write(file, floats.data(), floats.size() * sizeof(float)) == bytes && fdatasync(file) == 0;
    close(file);
    if (!written) state.SkipWithError("the temporary directory cannot be written");
  }
  std::filesystem::remove(path);
  state.SetItemsProcessed(state.iterations() * kImages);
}
BENCHMARK(write_as_many_bytes)->Unit(benchmark::kMillisecond)->UseRealTime();

void visit_vectors(benchmark::State& state) {
  const BenchLibrary& full = full_library();
  std::vector<float> all(kDimension * (kLibraryImages + kBatchImages));
  for (auto _ : state) {
    const store::Catalogue library = store::Catalogue::open(full.file(), store::Access::read);
    float* next = all.data();
    library.visit_vectors(full.model(), [&](clipdex::ImageId, std::span<const float> vector) {
      next = std::copy(vector.begin(), vector.end(), next);
    });
  }
  state.SetBytesProcessed(state.iterations() *
                          std::int64_t{kLibraryImages * kDimension * sizeof(float)});
}
BENCHMARK(visit_vectors)->Unit(benchmark::kMillisecond)->UseRealTime();

/// What `visit_vectors` compares with: the same bytes from memory to memory.
void copy_as_many_bytes(benchmark::State& state) {
  const std::vector<float> from(kDimension * kLibraryImages, 1);
  std::vector<float> to(from.size());
  for (auto _ : state) {
    std::copy(from.begin(), from.end(), to.begin());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(from.size() * sizeof(float)));
}
BENCHMARK(copy_as_many_bytes)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Measures one question to the full library, with the file open already.
template <class Question>
void ask(benchmark::State& state, Question question) {
  const store::Catalogue library =
      store::Catalogue::open(full_library().file(), store::Access::read);
  for (auto _ : state) benchmark::DoNotOptimize(question(library));
}

/// What the questions compare with: one row by its id, prepared once, without our code.
void row_by_id(benchmark::State& state) {
  const SQLite::Database library(full_library().file().native());
  SQLite::Statement statement(library, "SELECT path FROM images WHERE id = 777");
  for (auto _ : state) {
    statement.reset();
    benchmark::DoNotOptimize(statement.executeStep());
  }
}
BENCHMARK(row_by_id)->Unit(benchmark::kMicrosecond);

void open_for_reading(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(store::Catalogue::open(full_library().file(), store::Access::read));
  }
}
BENCHMARK(open_for_reading)->Unit(benchmark::kMicrosecond);

void counts(benchmark::State& state) {
  ask(state, [](const store::Catalogue& library) { return library.counts(); });
}
BENCHMARK(counts)->Unit(benchmark::kMicrosecond);

void vector_count(benchmark::State& state) {
  ask(state, [](const store::Catalogue& library) { return library.vector_count(1); });
}
BENCHMARK(vector_count)->Unit(benchmark::kMicrosecond);

void matching_a_glob_and_a_time(benchmark::State& state) {
  const clipdex::QueryFilters filters{{"2024/**"}, 1'600'000'000, 1'600'050'000};
  ask(state, [&](const store::Catalogue& library) { return library.matching(filters); });
}
BENCHMARK(matching_a_glob_and_a_time)->Unit(benchmark::kMillisecond);

void find_path(benchmark::State& state) {
  const std::string path = "/photos/2024/05/an album of some length/IMG_777.jpg";
  ask(state, [&](const store::Catalogue& library) { return library.find_path(path, 1); });
}
BENCHMARK(find_path)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
