// How long a tokenizer takes to load, which a one-shot search pays every time, and to encode,
// beside the least that any tokenizer must do: parse or unpack the file, and split the text at its
// blanks. Needs the reference data in ../shared. Run: build/release/bin/bench_tokenizer
#include <benchmark/benchmark.h>
#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

void parse_the_same_json(benchmark::State& state) {
  for (auto _ : state) {
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    if (parser.load(reference("tokenizer.json").native()).get(document) != simdjson::SUCCESS) {
      return state.SkipWithError("there is no ../shared/golden/tokens/tokenizer.json");
    }
    benchmark::DoNotOptimize(document);
  }
}
BENCHMARK(parse_the_same_json)->Unit(benchmark::kMillisecond);

void load_gz(benchmark::State& state) {
  for (auto _ : state) {
    auto tokenizer = clipdex::text::load_clip_bpe(reference("bpe_simple_vocab_16e6.txt.gz"));
    if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
    benchmark::DoNotOptimize(tokenizer);
  }
}
BENCHMARK(load_gz)->Unit(benchmark::kMillisecond);

void unpack_the_same_gz(benchmark::State& state) {
  std::vector<char> bytes(std::size_t{4} << 20);
  for (auto _ : state) {
    const gzFile file = gzopen(reference("bpe_simple_vocab_16e6.txt.gz").c_str(), "rb");
    if (file == nullptr) {
      return state.SkipWithError(
          "there is no ../shared/golden/tokens/bpe_simple_vocab_16e6.txt.gz");
    }
    benchmark::DoNotOptimize(gzread(file, bytes.data(), static_cast<unsigned>(bytes.size())));
    gzclose(file);
  }
}
BENCHMARK(unpack_the_same_gz)->Unit(benchmark::kMillisecond);

void encode(benchmark::State& state, const std::string& text) {
  const auto tokenizer = clipdex::text::load_tokenizer_json(reference("tokenizer.json"));
  if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.value()->encode(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void split_at_blanks(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    std::vector<std::string_view> words;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t blank = std::min(text.find(' ', from), text.size());
      words.emplace_back(text.data() + from, blank - from);
      from = blank + 1;
    }
    benchmark::DoNotOptimize(words.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

// The baseline of the last text is the one before it: as many bytes, and no blank to split at.
const std::string kShortQuery = "a red car parked in front of a house";
const std::string kWords = repeated("It's a red car, 1984. ", 1 << 20);
const std::string kOneWord = repeated("redcar", 1 << 20);

BENCHMARK_CAPTURE(encode, short_query, kShortQuery)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, one_megabyte_of_words, kWords)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, one_megabyte_in_one_word, kOneWord)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(split_at_blanks, short_query, kShortQuery)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(split_at_blanks, one_megabyte_of_words, kWords)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
