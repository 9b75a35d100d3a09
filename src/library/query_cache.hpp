/// The vectors of texts that were searched for before, in the library file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "search/encode_terms.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {

/// The cache as one search uses it. What is new is written at the end, by `write`, because a search
/// answers first. Nothing of it fails or waits: what cannot be read is unknown, and what cannot be
/// written is forgotten. One thread at a time.
class QueryCache final : public search::TextMemory {
 public:
  /// Vectors that a user asked for in one precision are kept apart from the others. `automatic`
  /// takes what it finds, also when the model was optimised in between: both are of one space.
  /// @param catalogue open for reading; outlives this object
  QueryCache(store::Catalogue& catalogue, const ModelIdentity& model, ModelPrecision precision);

  std::optional<encode::EncodedText> recall(const std::string& text) override;
  void remember(const std::string& text, const encode::EncodedText& encoded) override;

  /// Writes what was remembered since, and that old entries were used today.
  void write();

 private:
  store::Catalogue& catalogue_;
  const std::string encoder_;
  const std::size_t dimension_;
  std::vector<store::QueryVector> unwritten_;
};

}  // namespace clipdex::library
