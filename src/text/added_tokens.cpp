#include "text/added_tokens.hpp"

#include <algorithm>
#include <utility>

#include "text/code_points.hpp"

namespace clipdex::text {

TokenFinder::TokenFinder(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const Token& token) { return token.content.empty(); });
  const auto by_content = [](const Token& a, const Token& b) { return a.content < b.content; };
  std::stable_sort(tokens_.begin(), tokens_.end(), by_content);
  const auto same = [](const Token& a, const Token& b) { return a.content == b.content; };
  tokens_.erase(std::unique(tokens_.begin(), tokens_.end(), same), tokens_.end());
}

/// The longest token that the text starts with. The tokens that share a prefix are neighbours, so
/// each further byte narrows a range, and a token that ends there is the first of it.
const TokenFinder::Token* TokenFinder::longest_at(std::string_view text) const {
  const Token* longest = nullptr;
  auto first = tokens_.begin();
  auto last = tokens_.end();
  for (std::size_t depth = 0; depth < text.size() && first != last; ++depth) {
    const auto wanted = static_cast<unsigned char>(text[depth]);
    const auto byte_of = [depth](const Token& token) {
      return static_cast<unsigned char>(token.content[depth]);
    };
    first = std::partition_point(first, last,
                                 [&](const Token& token) { return byte_of(token) < wanted; });
    last = std::partition_point(first, last,
                                [&](const Token& token) { return byte_of(token) == wanted; });
    if (first != last && first->content.size() == depth + 1) {
      longest = &*first;
      ++first;
    }
  }
  return longest;
}

std::vector<Piece> TokenFinder::split(std::string_view text) const {
  std::vector<Piece> pieces;
  std::size_t covered = 0;
  for (std::size_t at = 0; at < text.size() && !tokens_.empty();) {
    const Token* token = longest_at(text.substr(at));
    if (token == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at + token->content.size();
    at = end;
    if (token->single_word &&
        (ends_with_word(text.substr(0, begin)) || starts_with_word(text.substr(end)))) {
      continue;
    }
    if (token->lstrip) begin -= trailing_space_bytes(text.substr(0, begin));
    if (token->rstrip) end += leading_space_bytes(text.substr(end));
    begin = std::max(begin, covered);
    end = std::max(end, covered);
    if (covered < begin) pieces.push_back({text.substr(covered, begin - covered), std::nullopt});
    pieces.push_back({text.substr(begin, end - begin), token->id});
    covered = end;
  }
  if (covered < text.size()) pieces.push_back({text.substr(covered), std::nullopt});
  return pieces;
}

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, const TokenModel& model,
                         const Normalizer& normalizer) {
  auto next_id = static_cast<TokenId>(model.token_count());
  for (const AddedToken& token : tokens) {
    std::optional<TokenId> id = ids_.find(token.content);
    if (!id) id = model.token_id(token.content);
    if (!id) ++count_beyond_model_;
    ids_.add(token.content, id.value_or(next_id));
    next_id = std::max(next_id, id.value_or(next_id) + 1);
  }
  std::vector<TokenFinder::Token> raw;
  std::vector<TokenFinder::Token> normalized;
  // The finder keeps the first of two equal contents, and the last one given is the one that
  // counts.
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    const std::string content =
        token->normalized ? normalizer.normalize(token->content) : token->content;
    (token->normalized ? normalized : raw)
        .push_back({content, *ids_.find(token->content), token->single_word, token->lstrip,
                    token->rstrip});
  }
  in_raw_text_ = TokenFinder(std::move(raw));
  in_normalized_text_ = TokenFinder(std::move(normalized));
}

}  // namespace clipdex::text
