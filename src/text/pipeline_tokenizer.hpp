/// The tokenizer that a file describes: its steps, one after the other. Both loaders, of a
/// tokenizer.json and of CLIP's list of merges, end here, so that one text takes one path.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.hpp"
#include "text/normalizer.hpp"
#include "text/post_processor.hpp"
#include "text/pre_tokenizer.hpp"
#include "text/token_model.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {

/// The steps of a tokenizer; none of the pointers is null.
struct Pipeline {
  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
  std::unique_ptr<const TokenModel> model;
  PostProcessor post_processor;
  std::vector<AddedToken> added_tokens;
};

/// Runs a pipeline: added tokens, normalise, added tokens again, cut into words, ids, special
/// tokens.
class PipelineTokenizer : public Tokenizer {
 public:
  explicit PipelineTokenizer(Pipeline pipeline);

  std::vector<TokenId> encode(std::string_view utf8) const override;
  std::optional<TokenId> end_id() const override;
  std::optional<TokenId> token_id(std::string_view content) const override;
  std::string description() const override;

 private:
  /// Appends the ids of a normalised piece of the text, which may be its beginning.
  void append_normalized(const std::string& normalized, bool begins_text,
                         std::vector<TokenId>& ids) const;

  Pipeline pipeline_;
  AddedTokens added_tokens_;
};

}  // namespace clipdex::text
