// The models of a tokenizer.json.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "text/byte_pair.hpp"
#include "text/json_fields.hpp"
#include "text/tokenizer_parts.hpp"
#include "text/unigram.hpp"
#include "text/word_piece.hpp"

namespace clipdex::text {
namespace {

using simdjson::dom::element;

/// Vocabularies of other tokenizers are objects {"content": id}.
Vocabulary make_vocabulary(const simdjson::dom::object& contents) {
  // Contents of byte-pair tokens are six bytes long on average; a guess here saves copying later.
  constexpr std::size_t kContentBytesGuess = 8;
  Vocabulary vocabulary;
  vocabulary.reserve(contents.size(), kContentBytesGuess * contents.size());
  for (const auto& field : contents)
    vocabulary.add(field.key, id_of(field.value, "a vocabulary id"));
  return vocabulary;
}

void add_merge(BytePairModel& model, element merge) {
  std::string_view pair;
  if (merge.get(pair) == simdjson::SUCCESS) {
    if (pair.starts_with("#version")) return;
    const std::size_t space = pair.find(' ');
    if (space == std::string_view::npos || pair.find(' ', space + 1) != std::string_view::npos) {
      throw Exception(ErrorCode::corrupt,
                      fmt::format("its merge \"{}\" is not two tokens with a space between", pair));
    }
    model.add_merge(pair.substr(0, space), pair.substr(space + 1));
    return;
  }
  simdjson::dom::array sides;
  if (merge.get(sides) != simdjson::SUCCESS || sides.size() != 2) {
    throw Exception(ErrorCode::corrupt, "one of its merges is not a pair of tokens");
  }
  model.add_merge(text_of(sides.at(0), "a merge's left token"),
                  text_of(sides.at(1), "a merge's right token"));
}

std::unique_ptr<const TokenModel> make_byte_pair(const JsonFields& fields) {
  if (const auto dropout = fields.find("dropout")) {
    double probability = 0;
    if (dropout->get(probability) != simdjson::SUCCESS || probability != 0) {
      throw Exception(ErrorCode::unsupported, "a BPE model with dropout, whose ids are random");
    }
  }
  Vocabulary vocabulary = make_vocabulary(fields.object("vocab"));
  BytePairOptions options;
  options.continuing_subword_prefix = fields.text_or("continuing_subword_prefix", "");
  options.end_of_word_suffix = fields.text_or("end_of_word_suffix", "");
  options.fuse_unknown = fields.flag_or("fuse_unk", false);
  options.byte_fallback = fields.flag_or("byte_fallback", false);
  options.ignore_merges = fields.flag_or("ignore_merges", false);
  // A byte-level vocabulary never needs its unk_token, so one that it does not have does no harm.
  if (fields.find("unk_token")) options.unknown_id = vocabulary.find(fields.text("unk_token"));

  const simdjson::dom::array merges = fields.array("merges");
  auto model =
      std::make_unique<BytePairModel>(std::move(vocabulary), std::move(options), merges.size());
  for (const element merge : merges) add_merge(*model, merge);
  return model;
}

std::unique_ptr<const TokenModel> make_word_piece(const JsonFields& fields) {
  Vocabulary vocabulary = make_vocabulary(fields.object("vocab"));
  const std::string_view unknown = fields.text_or("unk_token", "[UNK]");
  const std::optional<TokenId> unknown_id = vocabulary.find(unknown);
  if (!unknown_id) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("its vocabulary lacks its unk_token \"{}\"", unknown));
  }
  WordPieceOptions options;
  options.unknown_id = *unknown_id;
  options.continuing_subword_prefix = fields.text_or("continuing_subword_prefix", "##");
  if (const auto most = fields.find("max_input_chars_per_word")) {
    options.max_input_chars_per_word =
        static_cast<std::size_t>(id_of(*most, "max_input_chars_per_word"));
  }
  return std::make_unique<WordPieceModel>(std::move(vocabulary), std::move(options));
}

/// Its vocabulary is a list of ["content", score], whose places are the ids.
std::unique_ptr<const TokenModel> make_unigram(const JsonFields& fields) {
  const simdjson::dom::array entries = fields.array("vocab");
  constexpr std::size_t kContentBytesGuess = 12;
  Vocabulary vocabulary;
  vocabulary.reserve(entries.size(), kContentBytesGuess * entries.size());
  std::vector<double> scores;
  scores.reserve(entries.size());
  std::size_t token_bytes_max = 0;
  for (const element entry : entries) {
    std::string_view content;
    double score = 0;
    if (entry.at(0).get(content) != simdjson::SUCCESS ||
        entry.at(1).get(score) != simdjson::SUCCESS) {
      throw Exception(ErrorCode::corrupt, "one of its tokens is not a text with a score");
    }
    vocabulary.add(content, static_cast<TokenId>(scores.size()));
    scores.push_back(score);
    token_bytes_max = std::max(token_bytes_max, content.size());
  }
  UnigramModel::Options options;
  options.byte_fallback = fields.flag_or("byte_fallback", false);
  if (const auto unknown = fields.find("unk_id")) {
    options.unknown_id = id_of(*unknown, "its unk_id");
    if (static_cast<std::size_t>(*options.unknown_id) >= scores.size()) {
      throw Exception(ErrorCode::corrupt, "its unk_id is beyond its vocabulary");
    }
  }
  return std::make_unique<UnigramModel>(std::move(vocabulary), std::move(scores), token_bytes_max,
                                        options);
}

}  // namespace

std::unique_ptr<const TokenModel> make_token_model(element part) {
  const JsonFields fields(part, "its model");
  // Old files do not name the type; merges are the mark of byte pairs.
  const std::string_view type = fields.text_or("type", fields.find("merges") ? "BPE" : "");
  if (type == "BPE") return make_byte_pair(fields);
  if (type == "WordPiece") return make_word_piece(fields);
  if (type == "Unigram") return make_unigram(fields);
  refuse_type("model", type);
}

}  // namespace clipdex::text
