#include "text/pipeline_tokenizer.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/utf8.hpp"

namespace clipdex::text {
namespace {

/// "49,408": the digits in groups of three, whatever the locale.
std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

}  // namespace

PipelineTokenizer::PipelineTokenizer(Pipeline pipeline)
    : pipeline_(std::move(pipeline)),
      added_tokens_(pipeline_.added_tokens, *pipeline_.model, *pipeline_.normalizer) {}

std::vector<TokenId> PipelineTokenizer::encode(std::string_view utf8) const {
  if (utf8.size() > kTextBytesMax) {
    throw Exception(ErrorCode::too_large,
                    fmt::format("a text has {} bytes, and the limit is {}; give a shorter one",
                                utf8.size(), kTextBytesMax));
  }
  const std::string text = to_valid_utf8(utf8);
  std::vector<TokenId> ids;
  for (const Piece& piece : added_tokens_.in_raw_text().split(text)) {
    if (piece.id) {
      ids.push_back(*piece.id);
    } else {
      const bool begins_text = piece.text.data() == text.data();
      append_normalized(pipeline_.normalizer->normalize(std::string(piece.text)), begins_text, ids);
    }
  }
  return pipeline_.post_processor.apply(ids);
}

void PipelineTokenizer::append_normalized(const std::string& normalized, bool begins_text,
                                          std::vector<TokenId>& ids) const {
  for (const Piece& piece : added_tokens_.in_normalized_text().split(normalized)) {
    if (piece.id) {
      ids.push_back(*piece.id);
      continue;
    }
    Words words{.text = std::string(piece.text),
                .begins_text = begins_text && piece.text.data() == normalized.data(),
                .spans = {{0, piece.text.size()}}};
    if (piece.text.empty()) words.spans.clear();
    pipeline_.pre_tokenizer->cut(words);
    for (const Words::Span& span : words.spans) {
      pipeline_.model->tokenize(words.word(span), ids);
    }
  }
}

std::optional<TokenId> PipelineTokenizer::end_id() const {
  return pipeline_.post_processor.end_id();
}

std::optional<TokenId> PipelineTokenizer::token_id(std::string_view content) const {
  const std::optional<TokenId> id = added_tokens_.find(content);
  return id ? id : pipeline_.model->token_id(content);
}

std::string PipelineTokenizer::description() const {
  const std::size_t count = pipeline_.model->token_count() + added_tokens_.count_beyond_model();
  return fmt::format("{}, {} tokens", pipeline_.model->kind(), grouped(count));
}

}  // namespace clipdex::text
