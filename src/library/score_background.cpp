#include "library/score_background.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "search/stock_prompts.hpp"

namespace clipdex::library {
namespace {

// Of how few more or fewer images the best scores hardly change.
constexpr std::uint64_t kImagesPerChange = 10;

bool is_recent(const store::ScoreBackground& background, std::uint64_t images) {
  const std::uint64_t changed =
      std::max(background.images, images) - std::min(background.images, images);
  return changed * kImagesPerChange <= background.images;
}

std::vector<Embedding> encode_prompts(encode::TextEncoder& encoder) {
  std::vector<Embedding> vectors;
  for (const std::string_view prompt : search::stock_prompts()) {
    vectors.push_back(encoder.encode(prompt).vector);
  }
  return vectors;
}

}  // namespace

void refresh_background(store::Catalogue& catalogue, const store::ModelRow& model,
                        const std::function<std::unique_ptr<encode::TextEncoder>()>& load) {
  const std::uint64_t images = catalogue.vector_count(model.id);
  if (images < search::stock_prompts().size()) return;
  try {
    std::optional<store::ScoreBackground> known = catalogue.score_background(model.id);
    const bool has_prompts = known && known->prompts_version == search::kStockPromptsVersion;
    if (has_prompts && is_recent(*known, images)) return;
    store::ScoreBackground background;
    background.prompts_version = search::kStockPromptsVersion;
    background.images = images;
    background.prompts = has_prompts ? std::move(known->prompts) : encode_prompts(*load());
    background.best_excesses = search::best_excesses(
        search::Prompts(background.prompts), search::kUnrelatedBegin, [&](const auto& visit) {
          catalogue.visit_vectors(model.id,
                                  [&](ImageId, std::span<const float> vector) { visit(vector); });
        });
    catalogue.set_score_background(model.id, background);
  } catch (const Exception& exception) {
    log_line(LogLevel::warning,
             fmt::format("scores are not calibrated, so --threshold cannot be used: {}",
                         exception.what()));
  }
}

MatchMeter::MatchMeter(const store::Catalogue& catalogue, store::ModelId model,
                       search::Prompts prompts, std::vector<float> best)
    : catalogue_(&catalogue), model_(model), prompts_(std::move(prompts)), best_(std::move(best)) {}

std::optional<MatchMeter> MatchMeter::open(const store::Catalogue& catalogue,
                                           const store::ModelRow& model) {
  std::optional<store::ScoreBackground> known = catalogue.score_background(model.id);
  if (!known || known->prompts.size() < search::Prompts::kCountMin) return std::nullopt;
  return MatchMeter(catalogue, model.id, search::Prompts(known->prompts),
                    std::move(known->best_excesses));
}

std::optional<double> MatchMeter::match(ImageId image, double score) const {
  const std::optional<Embedding> vector = catalogue_->vector(image, model_);
  if (!vector) return std::nullopt;
  return search::match_of(prompts_.excess(score, *vector), best_);
}

}  // namespace clipdex::library
