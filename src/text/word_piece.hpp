/// WordPiece: the longest token that a word begins with, then the longest of what is left, and so
/// on. BERT's model, and Chinese-CLIP's.
#pragma once

#include <cstddef>
#include <string>

#include "text/token_model.hpp"
#include "text/vocabulary.hpp"

namespace clipdex::text {

/// Named as in a tokenizer.json.
struct WordPieceOptions {
  TokenId unknown_id = 0;                        ///< of a word that cannot be put together
  std::string continuing_subword_prefix = "##";  ///< stands before every token but a word's first
  std::size_t max_input_chars_per_word = 100;    ///< code points; a longer word is unknown
};

/// Immutable. A word of n bytes costs n² / 2 lookups at worst, for n up to the limit.
class WordPieceModel : public TokenModel {
 public:
  WordPieceModel(Vocabulary vocabulary, WordPieceOptions options)
      : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {}

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  std::optional<TokenId> token_id(std::string_view content) const override {
    return vocabulary_.find(content);
  }
  std::size_t token_count() const override { return vocabulary_.size(); }
  std::string_view kind() const override { return "WordPiece"; }

 private:
  Vocabulary vocabulary_;
  WordPieceOptions options_;
};

}  // namespace clipdex::text
