#include "text/tokenizer_parts.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/bert_normalizer.hpp"
#include "text/json_fields.hpp"
#include "text/precompiled_normalizer.hpp"

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

// What the reference takes for a space and for punctuation: Unicode's properties, and all of
// ASCII's punctuation though Unicode calls some of it symbols.
constexpr std::string_view kSpace = R"(\p{White_Space})";
constexpr std::string_view kPunctuation = R"([\p{P}$+<=>\^`|~])";

std::unique_ptr<const PreTokenizer> split_at(std::string_view expression, SplitBehavior behavior,
                                             bool is_inverted = false) {
  return std::make_unique<SplitPreTokenizer>(compile_regex(expression), behavior, is_inverted);
}

/// Files of before 2024 say add_prefix_space, later ones prepend_scheme.
std::unique_ptr<const PreTokenizer> make_metaspace(const JsonFields& fields) {
  using Prepend = MetaspacePreTokenizer::Prepend;
  const std::string_view scheme = fields.text_or(
      "prepend_scheme", fields.flag_or("add_prefix_space", true) ? "always" : "never");
  const Prepend prepend = scheme == "always"  ? Prepend::always
                          : scheme == "first" ? Prepend::first
                          : scheme == "never" ? Prepend::never
                                              : (refuse_type("prepend scheme", scheme), Prepend{});
  return std::make_unique<MetaspacePreTokenizer>(std::string(fields.text("replacement")), prepend,
                                                 fields.flag_or("split", true));
}

std::unique_ptr<const Normalizer> replace_all(std::string_view expression, std::string content) {
  return std::make_unique<ReplaceNormalizer>(compile_regex(expression), std::move(content));
}

/// SentencePiece's rules for machine translation: some control characters go, others and spaces
/// without width become spaces. The lists are those of unicode.rs of the reference.
std::unique_ptr<const Normalizer> make_nmt() {
  std::vector<std::unique_ptr<const Normalizer>> steps;
  steps.push_back(replace_all(R"([\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F])", ""));
  steps.push_back(replace_all(
      R"([\u0009\u000A\u000C\u000D\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD])", " "));
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

std::unique_ptr<const Normalizer> make_bert_normalizer(const JsonFields& fields) {
  BertNormalizerOptions options;
  options.clean_text = fields.flag_or("clean_text", true);
  options.handle_chinese_chars = fields.flag_or("handle_chinese_chars", true);
  options.lowercase = fields.flag_or("lowercase", true);
  options.strip_accents = fields.flag_or("strip_accents", options.lowercase);
  return std::make_unique<BertNormalizer>(options);
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
  if (type == "StripAccents") return replace_all(R"(\p{M})", "");
  if (type == "Nmt") return make_nmt();
  if (type == "BertNormalizer") return make_bert_normalizer(fields);
  if (type == "Precompiled") {
    return std::make_unique<PrecompiledNormalizer>(fields.text("precompiled_charsmap"));
  }
  if (type == "Prepend") {
    return std::make_unique<PrependNormalizer>(std::string(fields.text("prepend")));
  }
  refuse_type("normalizer", type);
}

std::unique_ptr<const PreTokenizer> make_bert_pre_tokenizer() {
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  steps.push_back(split_at(kSpace, SplitBehavior::removed));
  steps.push_back(split_at(kPunctuation, SplitBehavior::isolated));
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
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
  if (type == "Metaspace") return make_metaspace(fields);
  if (type == "BertPreTokenizer") return make_bert_pre_tokenizer();
  if (type == "WhitespaceSplit") return split_at(kSpace, SplitBehavior::removed);
  if (type == "Whitespace") return split_at(R"(\w+|[^\w\s]+)", SplitBehavior::removed, true);
  if (type == "Punctuation") {
    return split_at(kPunctuation, split_behavior(fields.text_or("behavior", "Isolated")));
  }
  if (type == "Digits") {
    return split_at(R"([\p{Nd}\p{Nl}\p{No}])", fields.flag_or("individual_digits", false)
                                                   ? SplitBehavior::isolated
                                                   : SplitBehavior::contiguous);
  }
  if (type == "CharDelimiterSplit") {
    return std::make_unique<SplitPreTokenizer>(literal_pattern(fields.text("delimiter")),
                                               SplitBehavior::removed, false);
  }
  if (type == "ByteLevel") {
    return std::make_unique<ByteLevelPreTokenizer>(fields.flag_or("add_prefix_space", true),
                                                   fields.flag_or("use_regex", true));
  }
  refuse_type("pre_tokenizer", type);
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
