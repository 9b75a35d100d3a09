/// The step of a tokenizer that turns one word into ids: byte-pair, WordPiece, Unigram.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "text/tokenizer.hpp"

namespace clipdex::text {

/// A model with its vocabulary; immutable, so one object serves any number of threads.
class TokenModel {
 public:
  virtual ~TokenModel() = default;

  /// Appends the ids of one word, well-formed UTF-8, to `ids`. An empty word appends nothing.
  virtual void tokenize(std::string_view word, std::vector<TokenId>& ids) const = 0;

  /// The id of a token by its exact content, or nothing.
  virtual std::optional<TokenId> token_id(std::string_view content) const = 0;

  /// How many tokens the vocabulary has.
  virtual std::size_t token_count() const = 0;

  /// Its name for people, such as "byte-pair".
  virtual std::string_view kind() const = 0;
};

}  // namespace clipdex::text
