#include "dds/parameter_store.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "clipdex/error.hpp"

namespace clipdex::dds {
namespace {

using rcl_interfaces::from_message;
using rcl_interfaces::to_message;

constexpr char kSeparator = '.';

std::string text_of(const ParameterValue& value) {
  const rcl_interfaces::ParameterValue message = to_message(value);
  switch (message.type) {
    case 1:
      return message.bool_value ? "true" : "false";
    case 2:
      return std::to_string(message.integer_value);
    case 3:
      return std::to_string(message.double_value);
    case 4:
      return "'" + message.string_value + "'";
    default:
      return "a value";  // Lists may be long.
  }
}

std::string type_of(const ParameterValue& value) {
  return std::string(parameter_type_name(value.index()));
}

/// An integer for a double is taken, since people write `topk:=5`.
void convert(ParameterValue& value, const ParameterValue& like) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer != nullptr && std::holds_alternative<double>(like)) {
    value = static_cast<double>(*integer);
  }
  // YAML's empty list has no type; it comes as a list of strings.
  const auto* strings = std::get_if<std::vector<std::string>>(&value);
  if (strings == nullptr || !strings->empty()) return;
  if (std::holds_alternative<std::vector<bool>>(like)) value = std::vector<bool>();
  if (std::holds_alternative<std::vector<double>>(like)) value = std::vector<double>();
  if (std::holds_alternative<std::vector<std::int64_t>>(like)) value = std::vector<std::int64_t>();
}

/// Whether what is left of a name below a prefix has at most `depth` parts.
bool is_within(std::string_view rest, std::uint64_t depth) {
  if (depth == rcl_interfaces::ListParameters::kDepthRecursive) return true;
  return static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), kSeparator)) < depth;
}

bool is_listed(const std::string& name, const std::vector<std::string>& prefixes,
               std::uint64_t depth) {
  if (prefixes.empty()) return is_within(name, depth);
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    if (name == prefix) return true;
    return name.starts_with(prefix + kSeparator) &&
           is_within(std::string_view(name).substr(prefix.size() + 1), depth);
  });
}

}  // namespace

ParameterStore::ParameterStore(std::map<std::string, ParameterValue> overrides,
                               std::function<void(rcl_interfaces::ParameterEvent&&)> on_event)
    : overrides_(std::move(overrides)), on_event_(std::move(on_event)) {}

ParameterValue ParameterStore::declare(std::string_view name, const ParameterValue& default_value,
                                       ParameterDescription description) {
  ParameterValue value = default_value;
  const auto override_value = overrides_.find(std::string(name));
  if (override_value != overrides_.end()) {
    value = override_value->second;
    convert(value, default_value);
    if (value.index() != default_value.index()) {
      throw Exception(ErrorCode::invalid_argument, "the parameter '" + std::string(name) + "' is " +
                                                       text_of(value) + ", of type " +
                                                       type_of(value) + "; it must be of type " +
                                                       type_of(default_value));
    }
    const auto refusal = description.refuse ? description.refuse(value) : std::nullopt;
    if (refusal) {
      throw Exception(ErrorCode::invalid_argument, "the parameter '" + std::string(name) + "' is " +
                                                       text_of(value) + "; " + *refusal);
    }
  }
  const std::lock_guard lock(mutex_);
  if (!declared_.try_emplace(std::string(name), Declared{value, std::move(description)}).second) {
    throw Exception(ErrorCode::internal,
                    "the parameter '" + std::string(name) + "' is declared twice");
  }
  rcl_interfaces::ParameterEvent event;
  event.new_parameters.push_back({std::string(name), to_message(value)});
  on_event_(std::move(event));
  return value;
}

ParameterValue ParameterStore::value(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = declared_.find(name);
  assert(found != declared_.end() && "a parameter is read that was not declared");
  return found->second.value;
}

std::vector<std::string> ParameterStore::unused_overrides() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> unused;
  for (const auto& [name, value] : overrides_) {
    if (!declared_.contains(name)) unused.push_back(name);
  }
  return unused;
}

std::vector<rcl_interfaces::ParameterValue> ParameterStore::get(
    const std::vector<std::string>& names) const {
  const std::lock_guard lock(mutex_);
  std::vector<rcl_interfaces::ParameterValue> values;
  if (!all_declared(names)) return values;
  for (const std::string& name : names) {
    values.push_back(to_message(declared_.find(name)->second.value));
  }
  return values;
}

std::vector<std::uint8_t> ParameterStore::types(const std::vector<std::string>& names) const {
  std::vector<std::uint8_t> types;
  for (const auto& value : get(names)) types.push_back(value.type);
  return types;
}

std::vector<rcl_interfaces::ParameterDescriptor> ParameterStore::describe(
    const std::vector<std::string>& names) const {
  const std::lock_guard lock(mutex_);
  std::vector<rcl_interfaces::ParameterDescriptor> descriptors;
  if (!all_declared(names)) return descriptors;
  for (const std::string& name : names) {
    const Declared& declared = declared_.find(name)->second;
    rcl_interfaces::ParameterDescriptor descriptor;
    descriptor.name = name;
    descriptor.type = static_cast<std::uint8_t>(declared.value.index());
    descriptor.description = declared.description.text;
    descriptor.read_only = declared.description.read_only;
    descriptors.push_back(std::move(descriptor));
  }
  return descriptors;
}

rcl_interfaces::ListParametersResult ParameterStore::list(const std::vector<std::string>& prefixes,
                                                          std::uint64_t depth) const {
  const std::lock_guard lock(mutex_);
  rcl_interfaces::ListParametersResult result;
  for (const auto& [name, declared] : declared_) {
    if (!is_listed(name, prefixes, depth)) continue;
    result.names.push_back(name);
    const std::size_t separator = name.rfind(kSeparator);
    if (separator == std::string::npos) continue;
    const std::string prefix = name.substr(0, separator);
    auto& known = result.prefixes;
    if (std::find(known.begin(), known.end(), prefix) == known.end()) known.push_back(prefix);
  }
  return result;
}

rcl_interfaces::SetParametersResult ParameterStore::set(
    const std::vector<rcl_interfaces::Parameter>& parameters) {
  std::vector<std::pair<std::string, ParameterValue>> values;
  for (const auto& [name, message] : parameters) {
    Result<ParameterValue> value = from_message(message);
    if (!value) return {false, "parameter '" + name + "': " + value.error().message};
    values.emplace_back(name, std::move(value).value());
    if (const auto refusal = check(name, values.back().second)) return {false, *refusal};
  }
  const std::lock_guard lock(mutex_);
  rcl_interfaces::ParameterEvent event;
  for (auto& [name, value] : values) {
    event.changed_parameters.push_back({name, to_message(value)});
    declared_.find(name)->second.value = std::move(value);
  }
  if (!values.empty()) on_event_(std::move(event));
  return {true, ""};
}

bool ParameterStore::all_declared(const std::vector<std::string>& names) const {
  return std::all_of(names.begin(), names.end(),
                     [this](const std::string& name) { return declared_.contains(name); });
}

std::optional<std::string> ParameterStore::check(const std::string& name,
                                                 ParameterValue& value) const {
  ParameterDescription description;
  {
    const std::lock_guard lock(mutex_);
    const auto found = declared_.find(name);
    if (found == declared_.end()) {
      return "parameter '" + name + "' cannot be set because it was not declared";
    }
    if (found->second.description.read_only) {
      return "parameter '" + name + "' cannot be set because it is read-only";
    }
    convert(value, found->second.value);
    if (value.index() != found->second.value.index()) {
      return "Wrong parameter type, parameter {" + name + "} is of type {" +
             type_of(found->second.value) + "}, setting it to {" + type_of(value) +
             "} is not allowed.";
    }
    description = found->second.description;
  }
  // Without the lock: the owner's function may look at other parameters.
  return description.refuse ? description.refuse(value) : std::nullopt;
}

}  // namespace clipdex::dds
