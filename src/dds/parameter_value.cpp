#include "dds/parameter_value.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "dds/yaml_value.hpp"

namespace clipdex::dds {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<ParameterValue>> kTypeNames = {
    "not set",    "bool",       "integer",       "double",       "string",
    "byte_array", "bool_array", "integer_array", "double_array", "string_array"};

constexpr std::string_view kBlanks = " \t\r\n";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

std::optional<bool> to_bool(std::string_view text) {
  for (const std::string_view word :
       {"Y", "y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    if (text == word) return true;
  }
  for (const std::string_view word :
       {"N", "n", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

/// The number that is the whole of a text.
template <class T, class... Format>
std::optional<T> to_number(const std::string& text, Format... format) {
  T number{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number, format...);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// As C reads it with base 0: decimal, 0x hexadecimal, 0 octal.
std::optional<std::int64_t> to_integer(std::string_view text) {
  std::string digits(text);
  const bool has_sign = !digits.empty() && (digits[0] == '+' || digits[0] == '-');
  const std::string sign = digits.starts_with('-') ? "-" : "";
  if (has_sign) digits.erase(0, 1);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    if (digits.size() > 2 && digits[2] == '-') return std::nullopt;
    return to_number<std::int64_t>(sign + digits.substr(2), 16);
  }
  return to_number<std::int64_t>(sign + digits, digits[0] == '0' ? 8 : 10);
}

std::optional<double> to_double(std::string_view text) {
  std::string digits(text);
  if (digits.starts_with('+')) digits.erase(0, 1);
  if (text.starts_with("+-")) return std::nullopt;
  // YAML's own words for what is no number or has no end begin with a dot.
  for (const std::string_view word : {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"}) {
    if (digits.ends_with(word) && digits.size() - word.size() <= (digits[0] == '-' ? 1U : 0U)) {
      digits.erase(digits.find('.'), 1);
      break;
    }
  }
  return to_number<double>(digits);
}

ParameterValue value_of_scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool is_quoted = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
  if (is_quoted) return text;
  if (const auto value = to_bool(text)) return *value;
  if (const auto value = to_integer(text)) return *value;
  if (const auto value = to_double(text)) return *value;
  return text;
}

template <class T>
ParameterValue list_of(const std::vector<ParameterValue>& values) {
  std::vector<T> list;
  list.reserve(values.size());
  for (const ParameterValue& value : values) list.push_back(std::get<T>(value));
  return list;
}

Result<ParameterValue> value_of_list(const YAML::Node& node) {
  std::vector<ParameterValue> values;
  for (const auto& item : node) {
    if (!item.IsScalar()) {
      return Error{ErrorCode::invalid_argument,
                   item.IsNull() ? "a list with an empty value; write '' for an empty string"
                                 : "a list that holds more than scalars"};
    }
    values.push_back(value_of_scalar(item));
    if (values.back().index() != values.front().index()) {
      return Error{ErrorCode::invalid_argument,
                   "a list of " + std::string(parameter_type_name(values.front().index())) +
                       " and " + std::string(parameter_type_name(values.back().index())) +
                       " values; one list holds one type"};
    }
  }
  if (values.empty()) return ParameterValue(std::vector<std::string>());
  switch (values.front().index()) {
    case 1:
      return list_of<bool>(values);
    case 2:
      return list_of<std::int64_t>(values);
    case 3:
      return list_of<double>(values);
    default:
      return list_of<std::string>(values);
  }
}

}  // namespace

std::string_view parameter_type_name(std::size_t type) noexcept {
  return type < kTypeNames.size() ? kTypeNames[type] : "unknown";
}

Result<ParameterValue> value_of_yaml(const YAML::Node& node) {
  if (node.IsScalar()) return value_of_scalar(node);
  if (node.IsSequence()) return value_of_list(node);
  return Error{ErrorCode::invalid_argument, node.IsMap() ? "a map; a value is a scalar or a list"
                                                         : "empty; write '' for an empty string"};
}

Result<ParameterValue> parse_parameter_value(std::string_view yaml) {
  const auto refused = [&](const std::string& why) {
    return Error{ErrorCode::invalid_argument,
                 "'" + std::string(yaml) + "' is " + why + " (text can stand in quotes)"};
  };
  try {
    const YAML::Node node = YAML::Load(std::string(yaml));
    if (!node.IsDefined() || node.IsNull()) return ParameterValue(trimmed(yaml));
    Result<ParameterValue> value = value_of_yaml(node);
    if (value) return value;
    return refused(value.error().message);
  } catch (const YAML::Exception& error) {
    return refused("no YAML: " + error.msg);
  }
}

}  // namespace clipdex::dds
