#include "text/tokenizer_parts.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/byte_pair.hpp"
#include "text/json_fields.hpp"

namespace clipdex::text {
namespace {

using simdjson::dom::element;

/// A pattern is {"Regex": "..."} or {"String": "..."}.
std::unique_ptr<const Pattern> make_pattern(element part) {
  const JsonFields fields(part, "one of its patterns");
  if (fields.find("Regex")) return compile_regex(fields.text("Regex"));
  return literal_pattern(fields.text("String"));
}

SplitBehavior split_behavior(std::string_view name) {
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  refuse_type("split behavior", name);
}

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

/// A special token of the two fixed templates: ["[SEP]", 102].
PostProcessor::Piece special_piece(const JsonFields& fields, std::string_view key) {
  const simdjson::dom::array token = fields.array(key);
  element id;
  if (token.at(1).get(id) != simdjson::SUCCESS) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("\"{}\" of its post_processor is not a token with an id", key));
  }
  return {.is_text = false, .ids = {id_of(id, "a special token's id")}};
}

PostProcessor make_template(const JsonFields& fields) {
  const JsonFields special_tokens(fields.element("special_tokens"), "its table of special tokens");
  std::vector<PostProcessor::Piece> pieces;
  std::size_t text_count = 0;
  for (const element part : fields.array("single")) {
    const JsonFields piece(part, "a piece of its template");
    if (piece.find("Sequence")) {
      pieces.push_back({.is_text = true, .ids = {}});
      ++text_count;
      continue;
    }
    const JsonFields reference(piece.element("SpecialToken"), "a special token of its template");
    const JsonFields token(special_tokens.element(reference.text("id")), "a special token");
    PostProcessor::Piece ids;
    for (const element id : token.array("ids"))
      ids.ids.push_back(id_of(id, "a special token's id"));
    pieces.push_back(std::move(ids));
  }
  if (text_count != 1) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("its template has {} places for the text, not one", text_count));
  }
  return PostProcessor(std::move(pieces));
}

}  // namespace

std::unique_ptr<const Normalizer> make_normalizer(element part) {
  using Form = UnicodeNormalizer::Form;
  const JsonFields fields(part, "its normalizer");
  const std::string_view type = fields.text("type");
  if (type == "Sequence") {
    std::vector<std::unique_ptr<const Normalizer>> steps;
    for (const element step : fields.array("normalizers")) steps.push_back(make_normalizer(step));
    return std::make_unique<NormalizerSequence>(std::move(steps));
  }
  if (type == "NFC") return std::make_unique<UnicodeNormalizer>(Form::nfc);
  if (type == "NFD") return std::make_unique<UnicodeNormalizer>(Form::nfd);
  if (type == "NFKC") return std::make_unique<UnicodeNormalizer>(Form::nfkc);
  if (type == "NFKD") return std::make_unique<UnicodeNormalizer>(Form::nfkd);
  if (type == "Lowercase") return std::make_unique<LowercaseNormalizer>();
  if (type == "Replace") {
    return std::make_unique<ReplaceNormalizer>(make_pattern(fields.element("pattern")),
                                               std::string(fields.text("content")));
  }
  if (type == "Strip") {
    return std::make_unique<StripNormalizer>(fields.flag_or("strip_left", true),
                                             fields.flag_or("strip_right", true));
  }
  if (type == "Prepend") {
    return std::make_unique<PrependNormalizer>(std::string(fields.text("prepend")));
  }
  refuse_type("normalizer", type);
}

std::unique_ptr<const PreTokenizer> make_pre_tokenizer(element part) {
  const JsonFields fields(part, "its pre_tokenizer");
  const std::string_view type = fields.text("type");
  if (type == "Sequence") {
    std::vector<std::unique_ptr<const PreTokenizer>> steps;
    for (const element step : fields.array("pretokenizers")) {
      steps.push_back(make_pre_tokenizer(step));
    }
    return std::make_unique<PreTokenizerSequence>(std::move(steps));
  }
  if (type == "Split") {
    return std::make_unique<SplitPreTokenizer>(make_pattern(fields.element("pattern")),
                                               split_behavior(fields.text("behavior")),
                                               fields.flag_or("invert", false));
  }
  if (type == "ByteLevel") {
    return std::make_unique<ByteLevelPreTokenizer>(fields.flag_or("add_prefix_space", true),
                                                   fields.flag_or("use_regex", true));
  }
  refuse_type("pre_tokenizer", type);
}

std::unique_ptr<const TokenModel> make_token_model(element part) {
  const JsonFields fields(part, "its model");
  // Old files do not name the type; merges are the mark of byte pairs.
  const std::string_view type = fields.text_or("type", fields.find("merges") ? "BPE" : "");
  if (type == "BPE") return make_byte_pair(fields);
  refuse_type("model", type);
}

PostProcessor make_post_processor(element part) {
  const JsonFields fields(part, "its post_processor");
  const std::string_view type = fields.text("type");
  if (type == "Sequence") {
    PostProcessor all;
    for (const element step : fields.array("processors")) {
      all = make_post_processor(step).around(all);
    }
    return all;
  }
  if (type == "RobertaProcessing" || type == "BertProcessing") {
    return PostProcessor(
        {special_piece(fields, "cls"), {.is_text = true, .ids = {}}, special_piece(fields, "sep")});
  }
  if (type == "TemplateProcessing") return make_template(fields);
  if (type == "ByteLevel") return PostProcessor();
  refuse_type("post_processor", type);
}

}  // namespace clipdex::text
