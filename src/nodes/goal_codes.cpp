#include "nodes/goal_codes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace clipdex::nodes {
namespace {

struct Row {
  ErrorCode code;
  std::int32_t number;
};

constexpr std::array kTable{
    Row{ErrorCode::invalid_argument, 1}, Row{ErrorCode::not_found, 2},
    Row{ErrorCode::unreadable, 3},       Row{ErrorCode::unsupported, 4},
    Row{ErrorCode::corrupt, 5},          Row{ErrorCode::too_large, 6},
    Row{ErrorCode::wrong_model, 7},      Row{ErrorCode::busy, 8},
    Row{ErrorCode::disk_full, 9},        Row{ErrorCode::write_failed, 10},
    Row{ErrorCode::stopped, 11},         Row{ErrorCode::internal, 12},
};
constexpr std::int32_t kInternal = 12;

}  // namespace

std::int32_t goal_code_of(ErrorCode code) noexcept {
  const auto* row = std::find_if(kTable.begin(), kTable.end(),
                                 [code](const Row& one) { return one.code == code; });
  return row == kTable.end() ? kInternal : row->number;
}

ErrorCode error_of_goal_code(std::int32_t code) noexcept {
  const auto* row = std::find_if(kTable.begin(), kTable.end(),
                                 [code](const Row& one) { return one.number == code; });
  return row == kTable.end() ? ErrorCode::internal : row->code;
}

std::string extra_word(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + std::string(value);
}

std::optional<std::string> find_extra(const std::vector<std::string>& extra, std::string_view key) {
  for (const std::string& word : extra) {
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=') {
      return word.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

std::vector<std::string> model_words(const ModelIdentity& identity) {
  return {extra_word(kModelKey, identity.hash),
          extra_word(kDimensionKey, std::to_string(identity.dimension))};
}

std::optional<ModelIdentity> find_model(const std::vector<std::string>& extra) {
  const auto hash = find_extra(extra, kModelKey);
  const auto dimension = find_extra(extra, kDimensionKey);
  if (!hash || !dimension || hash->empty()) return std::nullopt;
  ModelIdentity identity{*hash, 0};
  const char* const end = dimension->data() + dimension->size();
  const auto read = std::from_chars(dimension->data(), end, identity.dimension);
  if (read.ec != std::errc() || read.ptr != end || identity.dimension == 0) return std::nullopt;
  return identity;
}

std::string error_word(const Error& error) {
  return extra_word(kErrorKey, std::string(error_code_name(error.code)) + ": " + error.message);
}

std::optional<Error> find_error(const std::vector<std::string>& extra) {
  const auto value = find_extra(extra, kErrorKey);
  if (!value) return std::nullopt;
  const std::size_t colon = value->find(": ");
  if (colon == std::string::npos) return Error{ErrorCode::internal, *value};
  return Error{error_code_from_name(value->substr(0, colon)), value->substr(colon + 2)};
}

}  // namespace clipdex::nodes
