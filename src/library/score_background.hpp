/// What stock prompts score in a library: computed when it was indexed, kept in its file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "encode/encoders.hpp"
#include "search/background.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {

/// Brings the background of a model's scores up to date: encodes the stock prompts where that was
/// not done before, and compares them with all images again when these became a tenth more or
/// fewer. Libraries with fewer images than there are prompts have none. A failure is a line in the
/// log and nothing else: scores are then not calibrated.
/// @param load gives the text tower of the model; called only when it is needed
void refresh_background(store::Catalogue& catalogue, const store::ModelRow& model,
                        const std::function<std::unique_ptr<encode::TextEncoder>()>& load);

/// The calibrated score of a hit; see `search::match_of`. One thread at a time, because it reads
/// the catalogue, which must outlive it.
class MatchMeter {
 public:
  /// Nothing when the library has no background of this model.
  static std::optional<MatchMeter> open(const store::Catalogue& catalogue,
                                        const store::ModelRow& model);

  /// Nothing for an image that has no vector any more.
  std::optional<double> match(ImageId image, double score) const;

 private:
  MatchMeter(const store::Catalogue& catalogue, store::ModelId model, search::Prompts prompts,
             std::vector<float> best);

  const store::Catalogue* catalogue_;
  store::ModelId model_;
  search::Prompts prompts_;
  std::vector<float> best_;
};

}  // namespace clipdex::library
