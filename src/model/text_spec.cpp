#include "model/text_spec.hpp"

#include <simdjson.h>

#include <limits>
#include <string>
#include <utility>

#include "base/file.hpp"

namespace clipdex::model {
namespace {

using nlohmann::json;

constexpr std::uint64_t kTokenizerBytesMax = 256 << 20;

/// The value below a path of keys, or null where the path ends early.
const json& below(const json& object, std::initializer_list<std::string_view> keys) {
  static const json null;
  const json* value = &object;
  for (std::string_view key : keys) {
    const auto found = value->is_object() ? value->find(key) : value->end();
    if (found == value->end()) return null;
    value = &*found;
  }
  return *value;
}

std::optional<text::TokenId> checked_id(simdjson::simdjson_result<std::int64_t> id) {
  std::int64_t value = 0;
  if (std::move(id).get(value) != simdjson::SUCCESS) return std::nullopt;
  if (value < 0 || value > std::numeric_limits<text::TokenId>::max()) return std::nullopt;
  return static_cast<text::TokenId>(value);
}

/// Each lookup reads a document of its own: what an error leaves of one cannot be read on.
std::optional<text::TokenId> find_added(const simdjson::padded_string& text,
                                        std::string_view content) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::array tokens;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return std::nullopt;
  if (document["added_tokens"].get_array().get(tokens) != simdjson::SUCCESS) return std::nullopt;
  for (auto token : tokens) {
    std::string_view name;
    if (token["content"].get_string().get(name) != simdjson::SUCCESS) return std::nullopt;
    if (name == content) return checked_id(token["id"].get_int64());
  }
  return std::nullopt;
}

std::optional<text::TokenId> find_in_vocabulary(const simdjson::padded_string& text,
                                                std::string_view content) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return std::nullopt;
  return checked_id(document["model"]["vocab"][content].get_int64());
}

/// The content of a special token, which is a word or an object; empty when none is named.
std::string special_token(const json& tokenizer_config, std::string_view name) {
  const json* token = &below(tokenizer_config, {name});
  if (token->is_object()) token = &below(*token, {"content"});
  return token->is_string() ? token->get<std::string>() : "";
}

bool needs_no_padding(const json& config, const json& tokenizer_config) {
  const json& type = below(config, {"model_type"});
  const json& tokenizer = below(tokenizer_config, {"tokenizer_class"});
  const bool is_clip =
      type == "clip" || type == "clip_text_model" ||
      (tokenizer.is_string() && tokenizer.get<std::string>().starts_with("CLIPTokenizer"));
  const std::string padding = special_token(tokenizer_config, "pad_token");
  return is_clip && (padding.empty() || padding == special_token(tokenizer_config, "eos_token"));
}

}  // namespace

std::size_t context_length(const json& config, const json& tokenizer_config) {
  for (const json* value : {&below(config, {"text_cfg", "context_length"}),
                            &below(tokenizer_config, {"model_max_length"}),
                            &below(config, {"text_config", "max_position_embeddings"})}) {
    const double length = value->is_number() ? value->get<double>() : 0;
    if (length >= 1 && length <= double{kContextLengthMax}) return static_cast<std::size_t>(length);
  }
  return kContextLengthDefault;
}

std::optional<text::TokenId> find_token_id(std::string_view tokenizer_json,
                                           std::string_view content) {
  const simdjson::padded_string padded(tokenizer_json);
  if (const auto id = find_added(padded, content)) return id;
  return find_in_vocabulary(padded, content);
}

std::optional<text::TokenId> pad_id(const json& tokenizer_config,
                                    const std::filesystem::path& tokenizer_json) {
  const std::string token = special_token(tokenizer_config, "pad_token");
  if (token.empty()) return std::nullopt;
  const Result<FileContent> file = read_file(tokenizer_json, kTokenizerBytesMax);
  if (!file) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(file.value().bytes.data());
  return find_token_id({text, file.value().bytes.size()}, token);
}

text::TextCleaning open_clip_cleaning(const json& config) {
  return below(config, {"text_cfg", "tokenizer_kwargs", "clean"}) == "canonicalize"
             ? text::TextCleaning::canonicalize
             : text::TextCleaning::whitespace;
}

text::TextSpec hugging_face_text_spec(const json& config, const json& tokenizer_config,
                                      const std::filesystem::path& tokenizer_json) {
  return {.context_length = context_length(config, tokenizer_config),
          .pad_id = pad_id(tokenizer_config, tokenizer_json).value_or(0),
          .fixed_length = !needs_no_padding(config, tokenizer_config)};
}

}  // namespace clipdex::model
