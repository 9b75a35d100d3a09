#include "text/json_fields.hpp"

#include <fmt/format.h>

namespace clipdex::text {
namespace {

/// Ids are positions in an embedding matrix; the limit leaves room for counting on without
/// overflow.
constexpr std::int64_t kIdMax = std::int64_t{1} << 30;

[[noreturn]] void refuse(std::string clause) {
  throw Exception(ErrorCode::corrupt, std::move(clause));
}

template <class T>
T as(simdjson::dom::element element, std::string_view what, std::string_view kind) {
  T value{};
  if (element.get<T>().get(value) != simdjson::SUCCESS) {
    refuse(fmt::format("{} is not {}", what, kind));
  }
  return value;
}

}  // namespace

JsonFields::JsonFields(simdjson::dom::element element, std::string_view what)
    : object_(as<simdjson::dom::object>(element, what, "an object")), what_(what) {}

std::optional<simdjson::dom::element> JsonFields::find(std::string_view key) const {
  simdjson::dom::element element;
  if (object_.at_key(key).get(element) != simdjson::SUCCESS || element.is_null()) {
    return std::nullopt;
  }
  return element;
}

simdjson::dom::element JsonFields::element(std::string_view key) const {
  const auto element = find(key);
  if (!element) refuse(fmt::format("{} lacks \"{}\"", what_, key));
  return *element;
}

std::string_view JsonFields::text(std::string_view key) const {
  return text_of(element(key), fmt::format("\"{}\" of {}", key, what_));
}

simdjson::dom::array JsonFields::array(std::string_view key) const {
  return as<simdjson::dom::array>(element(key), fmt::format("\"{}\" of {}", key, what_),
                                  "an array");
}

simdjson::dom::object JsonFields::object(std::string_view key) const {
  return as<simdjson::dom::object>(element(key), fmt::format("\"{}\" of {}", key, what_),
                                   "an object");
}

bool JsonFields::flag_or(std::string_view key, bool missing) const {
  const auto element = find(key);
  if (!element) return missing;
  return as<bool>(*element, fmt::format("\"{}\" of {}", key, what_), "true or false");
}

std::string_view JsonFields::text_or(std::string_view key, std::string_view missing) const {
  return find(key) ? text(key) : missing;
}

std::string_view text_of(simdjson::dom::element element, std::string_view what) {
  return as<std::string_view>(element, what, "a string");
}

TokenId id_of(simdjson::dom::element element, std::string_view what) {
  std::int64_t id = 0;
  if (element.get<std::int64_t>().get(id) != simdjson::SUCCESS || id < 0 || id > kIdMax) {
    refuse(fmt::format("{} is not an id between 0 and {}", what, kIdMax));
  }
  return static_cast<TokenId>(id);
}

void refuse_type(std::string_view part, std::string_view type) {
  throw Exception(ErrorCode::unsupported, fmt::format("the {} type \"{}\"", part, type));
}

}  // namespace clipdex::text
