/// The stage between a path and the pixels a model takes: read, recognise, decode, resize.
#pragma once

#include <optional>
#include <variant>

#include "image/decode.hpp"
#include "image/raster.hpp"
#include "indexer/outcome.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// One worker of the decode stage. Owns a read-only connection of its own, so one thread each.
class DecodeStage {
 public:
  /// @param library     the file to ask whether a content already has a vector
  /// @param model       the model whose vectors count
  /// @param preprocess  how the encoder wants its squares; nothing: it reads the files itself
  DecodeStage(store::Catalogue library, store::ModelId model,
              std::optional<image::PreprocessSpec> preprocess);

  /// Reads a file and either prepares its pixels or knows without the encoder what becomes of it:
  /// it failed, is no image, or has a vector already. Throws `Exception` only for the library
  /// itself.
  std::variant<Square, Outcome> process(Candidate candidate);

 private:
  store::Catalogue library_;
  const store::ModelId model_;
  const std::optional<image::PreprocessSpec> preprocess_;
};

}  // namespace clipdex::indexer
