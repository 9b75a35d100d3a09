/// Unigram: of all ways to cut a word into tokens, the one whose scores have the greatest sum. The
/// model of SentencePiece, for XLM-RoBERTa, SigLIP and NLLB.
#pragma once

#include <cstddef>
#include <vector>

#include "text/token_model.hpp"
#include "text/vocabulary.hpp"

namespace clipdex::text {

/// Immutable. Finds the best path with one pass over the word (Viterbi): time is its length times
/// that of the longest token.
class UnigramModel : public TokenModel {
 public:
  struct Options {
    std::optional<TokenId> unknown_id;  ///< for what no token covers; neighbours give one id
    bool byte_fallback = false;         ///< try the tokens "<0x00>"..."<0xFF>" before unknown_id
  };

  /// @param scores of the tokens, logarithms of probabilities, by id
  /// @param token_bytes_max the length of the longest token
  UnigramModel(Vocabulary vocabulary, std::vector<double> scores, std::size_t token_bytes_max,
               Options options);

  /// Throws `unsupported` where a part of the word has no token and there is no unknown id.
  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  std::optional<TokenId> token_id(std::string_view content) const override {
    return vocabulary_.find(content);
  }
  std::size_t token_count() const override { return scores_.size(); }
  std::string_view kind() const override { return "Unigram"; }

 private:
  void append_unknown(std::string_view part, std::vector<TokenId>& ids) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  Options options_;
  double unknown_score_ = 0;
  std::size_t token_bytes_max_ = 0;
};

}  // namespace clipdex::text
