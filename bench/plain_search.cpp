// The program that a cold search is compared with: the text tower in ONNX Runtime with default
// settings, every vector read from the same file by SQL, one plain loop over them. Prints the paths
// of the ten best. usage: bench_plain_search MODEL_DIRECTORY LIBRARY TEXT
#include <SQLiteCpp/SQLiteCpp.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/package.hpp"
#include "text/tokenizer.hpp"

namespace {

constexpr std::size_t kHits = 10;
using Scored = std::pair<float, std::int64_t>;

/// The vector of a text as the graph gives it; its length does not change the order of the hits.
std::vector<float> encode(const clipdex::model::Package& package, const std::string& text) {
  const auto tokenizer = clipdex::model::load_tokenizer(package).value_or_throw();
  std::vector<std::int32_t> ids =
      clipdex::text::fit_to_context(tokenizer->encode(text), package.text, tokenizer->end_id()).ids;
  const Ort::Env environment;
  Ort::Session session(environment, package.textual_graph.c_str(), Ort::SessionOptions{});
  const Ort::AllocatorWithDefaultOptions allocator;
  const auto input_name = session.GetInputNameAllocated(0, allocator);
  const auto output_name = session.GetOutputNameAllocated(0, allocator);
  const std::array<std::int64_t, 2> dims{1, static_cast<std::int64_t>(ids.size())};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value input = Ort::Value::CreateTensor<std::int32_t>(memory, ids.data(), ids.size(),
                                                                  dims.data(), dims.size());
  const char* const inputs = input_name.get();
  const char* const outputs = output_name.get();
  const auto results = session.Run(Ort::RunOptions{nullptr}, &inputs, &input, 1, &outputs, 1);
  const float* values = results.front().GetTensorData<float>();
  return {values, values + results.front().GetTensorTypeAndShapeInfo().GetElementCount()};
}

std::vector<Scored> rank(const SQLite::Database& library, const std::vector<float>& query) {
  std::vector<Scored> scored;
  SQLite::Statement rows(library, "SELECT image_id, vector FROM embeddings");
  while (rows.executeStep()) {
    const auto* vector = static_cast<const float*>(rows.getColumn(1).getBlob());
    float score = 0;
    for (std::size_t i = 0; i < query.size(); ++i) score += query[i] * vector[i];
    scored.emplace_back(score, rows.getColumn(0).getInt64());
  }
  const std::size_t hits = std::min(kHits, scored.size());
  const auto end = scored.begin() + static_cast<std::ptrdiff_t>(hits);
  std::partial_sort(scored.begin(), end, scored.end(), std::greater<>());
  scored.resize(hits);
  return scored;
}

void search(const char* directory, const char* file, const char* text) {
  const auto package = clipdex::model::read_package(directory).value_or_throw();
  const std::vector<float> query = encode(package, text);
  const SQLite::Database library(file);
  SQLite::Statement path(library, "SELECT path FROM images WHERE id = ?");
  for (const auto& [score, id] : rank(library, query)) {
    path.reset();
    path.bind(1, id);
    if (path.executeStep()) std::printf("%s\n", path.getColumn(0).getText());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_plain_search MODEL_DIRECTORY LIBRARY TEXT\n", stderr);
    return 2;
  }
  try {
    search(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_plain_search: %s\n", error.what());
    return 3;
  }
}
