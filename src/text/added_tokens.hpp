/// Tokens beside the vocabulary of the model, such as "<|endoftext|>", that are found in the text
/// itself before any other step.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalizer.hpp"
#include "text/token_model.hpp"
#include "text/tokenizer.hpp"
#include "text/vocabulary.hpp"

namespace clipdex::text {

/// One such token, with the fields of a tokenizer.json that decide ids.
struct AddedToken {
  std::string content;
  bool single_word = false;  ///< only where no word character touches it
  bool lstrip = false;       ///< takes the white space before it along
  bool rstrip = false;       ///< and the one behind it
  bool normalized = false;   ///< sought in the normalised text, itself normalised
};

/// A part of a text: an added token, or what lies between two.
struct Piece {
  std::string_view text;
  std::optional<TokenId> id;  ///< of the added token

  friend bool operator==(const Piece&, const Piece&) = default;
};

/// Finds the tokens of one set: the leftmost, of those the longest, then goes on behind it.
/// Equal to the reference, which runs an Aho-Corasick automaton with leftmost-longest matches.
class TokenFinder {
 public:
  struct Token {
    std::string content;  ///< as it stands in the text; an empty one is never found
    TokenId id = 0;
    bool single_word = false;
    bool lstrip = false;
    bool rstrip = false;
  };

  explicit TokenFinder(std::vector<Token> tokens);

  /// The text as tokens and what lies between, in order; views of `text`, none empty between
  /// tokens.
  std::vector<Piece> split(std::string_view text) const;

 private:
  const Token* longest_at(std::string_view text) const;

  std::vector<Token> tokens_;  ///< sorted by content, so that a range of it is a node of a trie
};

/// The added tokens of a tokenizer; immutable, so one object serves any number of threads.
class AddedTokens {
 public:
  /// Gives each token its id as the reference does: the one the model has for it, else the next
  /// free one. Later tokens override earlier ones of the same content.
  AddedTokens(const std::vector<AddedToken>& tokens, const TokenModel& model,
              const Normalizer& normalizer);

  /// Those that are sought in the text as it was given.
  const TokenFinder& in_raw_text() const noexcept { return in_raw_text_; }
  /// Those that are sought in the normalised text between the former.
  const TokenFinder& in_normalized_text() const noexcept { return in_normalized_text_; }

  std::optional<TokenId> find(std::string_view content) const { return ids_.find(content); }

  /// How many of them the model does not have itself.
  std::size_t count_beyond_model() const noexcept { return count_beyond_model_; }

 private:
  Vocabulary ids_;
  std::size_t count_beyond_model_ = 0;
  TokenFinder in_raw_text_{{}};
  TokenFinder in_normalized_text_{{}};
};

}  // namespace clipdex::text
