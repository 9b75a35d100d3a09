// How long a tokenizer takes to load, which a one-shot search pays every time, and to encode. Needs
// the reference data in ../shared. Run: build/release/bin/bench_tokenizer
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "text/tokenizer.hpp"

namespace {

using clipdex::text::Tokenizer;

/// A file of the reference data, which lies beside the source tree that this was compiled from.
std::filesystem::path reference(const char* name) {
  const auto tree = std::filesystem::path(__FILE__).parent_path().parent_path();
  return tree.parent_path() / "shared" / "golden" / "tokens" / name;
}

void load_json(benchmark::State& state) {
  for (auto _ : state) {
    auto tokenizer = clipdex::text::load_tokenizer_json(reference("tokenizer.json"));
    if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
    benchmark::DoNotOptimize(tokenizer);
  }
}
BENCHMARK(load_json)->Unit(benchmark::kMillisecond);

void load_gz(benchmark::State& state) {
  for (auto _ : state) {
    auto tokenizer = clipdex::text::load_clip_bpe(reference("bpe_simple_vocab_16e6.txt.gz"));
    if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
    benchmark::DoNotOptimize(tokenizer);
  }
}
BENCHMARK(load_gz)->Unit(benchmark::kMillisecond);

void encode(benchmark::State& state, const std::string& text) {
  const auto tokenizer = clipdex::text::load_tokenizer_json(reference("tokenizer.json"));
  if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.value()->encode(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

BENCHMARK_CAPTURE(encode, short_query, "a red car parked in front of a house")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, one_megabyte_of_words, repeated("It's a red car, 1984. ", 1 << 20))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, one_megabyte_in_one_word, repeated("redcar", 1 << 20))
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
