// The part of the catalogue that keeps what scores are worth.
#include <algorithm>
#include <cstring>

#include "store/catalogue.hpp"
#include "store/catalogue_parts.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

std::vector<float> floats_in(std::span<const std::byte> bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  // A copy, because SQLite does not promise that a BLOB lies where a float may lie.
  std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
  return floats;
}

}  // namespace

std::optional<Embedding> Catalogue::vector(ImageId image, ModelId model) const {
  Query row(*parts_->connection,
            "SELECT vector FROM embeddings WHERE image_id = ? AND model_id = ?", image, model);
  if (!row.step()) return std::nullopt;
  return floats_in(row.blob(0));
}

std::optional<ScoreBackground> Catalogue::score_background(ModelId model) const {
  if (!has_score_backgrounds(*parts_->connection)) return std::nullopt;
  Query row(*parts_->connection,
            "SELECT prompts_version, score_backgrounds.images, prompts, best_excesses, dimension "
            "FROM score_backgrounds JOIN models ON models.id = model_id WHERE model_id = ?",
            model);
  if (!row.step()) return std::nullopt;
  ScoreBackground background;
  background.prompts_version = static_cast<int>(row.integer(0));
  background.images = static_cast<std::uint64_t>(row.integer(1));
  const std::vector<float> numbers = floats_in(row.blob(2));
  background.best_excesses = floats_in(row.blob(3));
  const auto dimension = static_cast<std::size_t>(row.integer(4));
  if (numbers.empty() || numbers.size() % dimension != 0 || background.best_excesses.empty()) {
    return std::nullopt;
  }
  for (auto at = numbers.begin(); at != numbers.end();) {
    const auto end = at + static_cast<std::ptrdiff_t>(dimension);
    background.prompts.emplace_back(at, end);
    at = end;
  }
  return background;
}

void Catalogue::set_score_background(ModelId model, const ScoreBackground& background) {
  std::vector<float> numbers;
  for (const Embedding& prompt : background.prompts) {
    numbers.insert(numbers.end(), prompt.begin(), prompt.end());
  }
  Query(*parts_->connection,
        "INSERT OR REPLACE INTO score_backgrounds(model_id, prompts_version, images, prompts, "
        "best_excesses) VALUES (?, ?, ?, ?, ?)",
        model, background.prompts_version, background.images, std::as_bytes(std::span(numbers)),
        std::as_bytes(std::span(background.best_excesses)))
      .run();
}

}  // namespace clipdex::store
