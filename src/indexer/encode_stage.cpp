#include "indexer/encode_stage.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace clipdex::indexer {
namespace {

Outcome encoded_outcome(Candidate candidate, Embedding vector) {
  Outcome outcome;
  outcome.verdict = Verdict::encoded;
  outcome.record = std::move(candidate.record);
  outcome.known_id = candidate.known_id;
  outcome.vector = std::move(vector);
  return outcome;
}

std::vector<Outcome> encode_with(encode::ImageEncoder& encoder, std::vector<Square> batch) {
  std::vector<image::Raster> pixels;
  pixels.reserve(batch.size());
  for (Square& square : batch) pixels.push_back(std::move(square.pixels));
  std::vector<Embedding> vectors = encoder.encode(pixels);
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    outcomes.push_back(encoded_outcome(std::move(batch[i].candidate), std::move(vectors[i])));
  }
  return outcomes;
}

Outcome outcome_of(Candidate candidate, Result<Embedding> vector, std::size_t dimension) {
  if (!vector) return failed_outcome(std::move(candidate), std::move(vector).error());
  if (vector.value().size() != dimension) {
    return failed_outcome(
        std::move(candidate),
        {ErrorCode::wrong_model, fmt::format("the encoder gave {} numbers for it instead of {}",
                                             vector.value().size(), dimension)});
  }
  return encoded_outcome(std::move(candidate), std::move(vector).value());
}

std::vector<Outcome> encode_with(FileEncoder& encoder, std::vector<Square> batch) {
  std::vector<std::string> paths;
  for (const Square& square : batch) paths.push_back(square.candidate.record.path);
  std::vector<Result<Embedding>> vectors = encoder.encode(paths);
  const std::size_t dimension = encoder.identity().dimension;
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    outcomes.push_back(outcome_of(std::move(batch[i].candidate), std::move(vectors[i]), dimension));
  }
  return outcomes;
}

}  // namespace

std::vector<Square> take_batch(BoundedQueue<Square>& squares, std::size_t count_max) {
  std::vector<Square> batch;
  std::optional<Square> next = squares.pop();
  while (next) {
    batch.push_back(std::move(*next));
    if (batch.size() >= count_max) break;
    next = squares.try_pop();
  }
  return batch;
}

std::optional<image::PreprocessSpec> preprocess_of(const AnyEncoder& encoder) {
  const auto* const local = std::get_if<std::reference_wrapper<encode::ImageEncoder>>(&encoder);
  if (local == nullptr) return std::nullopt;
  return local->get().preprocess();
}

std::size_t batch_best_of(const AnyEncoder& encoder) {
  return std::visit([](auto& one) { return one.get().batch_best(); }, encoder);
}

std::vector<Outcome> encode_batch(const AnyEncoder& encoder, std::vector<Square> batch) {
  return std::visit([&](auto& one) { return encode_with(one.get(), std::move(batch)); }, encoder);
}

}  // namespace clipdex::indexer
