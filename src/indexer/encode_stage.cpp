#include "indexer/encode_stage.hpp"

#include <optional>
#include <utility>

namespace clipdex::indexer {

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

std::vector<Outcome> encode_batch(encode::ImageEncoder& encoder, std::vector<Square> batch) {
  std::vector<image::Raster> pixels;
  pixels.reserve(batch.size());
  for (Square& square : batch) pixels.push_back(std::move(square.pixels));
  std::vector<Embedding> vectors = encoder.encode(pixels);
  std::vector<Outcome> outcomes(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    outcomes[i].verdict = Verdict::encoded;
    outcomes[i].record = std::move(batch[i].candidate.record);
    outcomes[i].known_id = batch[i].candidate.known_id;
    outcomes[i].vector = std::move(vectors[i]);
  }
  return outcomes;
}

}  // namespace clipdex::indexer
