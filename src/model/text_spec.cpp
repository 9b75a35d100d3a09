#include "model/text_spec.hpp"

#include <simdjson.h>

#include <limits>
#include <string>
#include <utility>

#include "base/file.hpp"

namespace clipdex::model {
namespace {

using nlohmann::json;

constexpr double kContextLengthMax = 4096;
constexpr std::uint64_t kTokenizerBytesMax = 256 << 20;

/// The value below a path of keys, or null where the path ends early.
const json& below(const json& object, std::initializer_list<std::string_view> keys) {
  static const json kNull;
  const json* value = &object;
  for (std::string_view key : keys) {
    const auto found = value->is_object() ? value->find(key) : value->end();
    if (found == value->end()) return kNull;
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

std::optional<text::TokenId> added_token_id(simdjson::ondemand::document& document,
                                            std::string_view content) {
  simdjson::ondemand::array tokens;
  if (document["added_tokens"].get_array().get(tokens) != simdjson::SUCCESS) return std::nullopt;
  for (auto token : tokens) {
    std::string_view name;
    if (token["content"].get_string().get(name) != simdjson::SUCCESS) continue;
    if (name == content) return checked_id(token["id"].get_int64());
  }
  return std::nullopt;
}

std::optional<text::TokenId> find_token_id(const std::filesystem::path& tokenizer_json,
                                           const std::string& content) {
  const Result<FileContent> file = read_file(tokenizer_json, kTokenizerBytesMax);
  if (!file) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(file.value().bytes.data());
  const simdjson::padded_string padded(text, file.value().bytes.size());
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
  if (const auto id = added_token_id(document, content)) return id;
  document.rewind();
  return checked_id(document["model"]["vocab"][content].get_int64());
}

}  // namespace

std::size_t context_length(const json& config, const json& tokenizer_config) {
  for (const json* value : {&below(config, {"text_cfg", "context_length"}),
                            &below(tokenizer_config, {"model_max_length"}),
                            &below(config, {"text_config", "max_position_embeddings"})}) {
    const double length = value->is_number() ? value->get<double>() : 0;
    if (length >= 1 && length <= kContextLengthMax) return static_cast<std::size_t>(length);
  }
  return kContextLengthDefault;
}

std::optional<text::TokenId> pad_id(const json& tokenizer_config,
                                    const std::filesystem::path& tokenizer_json) {
  const json* token = &below(tokenizer_config, {"pad_token"});
  if (token->is_object()) token = &below(*token, {"content"});
  if (!token->is_string()) return std::nullopt;
  return find_token_id(tokenizer_json, token->get<std::string>());
}

}  // namespace clipdex::model
