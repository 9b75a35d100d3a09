#include "dds/arguments.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "dds/names.hpp"
#include "dds/parameter_file.hpp"

namespace clipdex::dds {
namespace {

using Done = std::monostate;

Error refused(const std::string& message) { return {ErrorCode::invalid_argument, message}; }

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// `[NODE:]LEFT:=RIGHT`.
struct Assignment {
  std::string node;
  std::string left;
  std::string right;
};

std::optional<Assignment> split_assignment(std::string_view text) {
  const std::size_t sign = text.find(":=");
  if (sign == std::string_view::npos) return std::nullopt;
  Assignment split{"", std::string(text.substr(0, sign)), std::string(text.substr(sign + 2))};
  const std::size_t colon = split.left.find(':');
  if (colon != std::string::npos) {
    split.node = split.left.substr(0, colon);
    split.left.erase(0, colon + 1);
    if (fault_in_node_name(split.node)) return std::nullopt;
  }
  if (split.left.empty()) return std::nullopt;
  return split;
}

Result<Done> take_parameter(RosArguments& arguments, const std::string& text) {
  std::optional<Assignment> split = split_assignment(text);
  if (!split) {
    return refused("the parameter " + quoted(text) + " is not of the form [NODE:]NAME:=VALUE");
  }
  Result<ParameterValue> value = parse_parameter_value(split->right);
  if (!value) return refused("the parameter " + quoted(text) + ": " + value.error().message);
  // A node is named without its namespace, so that the rule holds in each.
  arguments.overrides.push_back({split->node.empty() ? "/**" : "/**/" + split->node,
                                 std::move(split->left), std::move(value).value()});
  return Done();
}

/// What is wrong with the right side of a rule, given its left one.
std::optional<std::string> fault_in_target(const std::string& from, const std::string& to) {
  if (from == "__node" || from == "__name") return fault_in_node_name(to);
  return from == "__ns" ? fault_in_namespace(to) : fault_in_name(to);
}

Result<Done> take_remap(RosArguments& arguments, const std::string& text) {
  const std::optional<Assignment> split = split_assignment(text);
  if (!split) {
    return refused("the remapping " + quoted(text) + " is not of the form [NODE:]FROM:=TO");
  }
  const auto invalid = [&](const std::string& name, const std::string& fault) {
    return refused("the remapping " + quoted(text) + " has the invalid name " + quoted(name) +
                   ": " + fault);
  };
  if (const auto fault = fault_in_name(split->left)) return invalid(split->left, *fault);
  if (const auto fault = fault_in_target(split->left, split->right)) {
    return invalid(split->right, *fault);
  }
  arguments.remaps.push_back({split->node, split->left, split->right});
  return Done();
}

Result<Done> take_parameter_file(RosArguments& arguments, const std::string& file) {
  Result<std::vector<ParameterOverride>> overrides = read_parameter_file(file);
  if (!overrides) return overrides.error();
  std::move(overrides.value().begin(), overrides.value().end(),
            std::back_inserter(arguments.overrides));
  return Done();
}

std::optional<LogSeverity> severity_of(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "debug") return LogSeverity::debug;
  if (name == "info") return LogSeverity::info;
  if (name == "warn") return LogSeverity::warn;
  if (name == "error") return LogSeverity::error;
  if (name == "fatal") return LogSeverity::fatal;
  return std::nullopt;
}

Result<Done> take_log_level(RosArguments& arguments, const std::string& text) {
  const std::size_t sign = text.find(":=");
  const std::string level = sign == std::string::npos ? text : text.substr(sign + 2);
  const std::optional<LogSeverity> severity = severity_of(level);
  if (!severity || sign == 0) {
    return refused("the log level " + quoted(text) +
                   " is not of the form [LOGGER:=]LEVEL with debug, info, warn, error or fatal");
  }
  if (sign == std::string::npos) {
    arguments.log_level = severity;
  } else {
    arguments.logger_levels[text.substr(0, sign)] = *severity;
  }
  return Done();
}

Result<Done> take_nothing(RosArguments&, const std::string&) { return Done(); }

/// A flag that is followed by a value.
struct ValueFlag {
  std::string_view name;
  std::string_view short_name;
  std::string_view value;  ///< what to call it in a message
  Result<Done> (*take)(RosArguments& arguments, const std::string& value);
};

constexpr std::array kValueFlags = {
    ValueFlag{"--param", "-p", "[NODE:]NAME:=VALUE", take_parameter},
    ValueFlag{"--remap", "-r", "[NODE:]FROM:=TO", take_remap},
    ValueFlag{"--params-file", "--params-file", "FILE", take_parameter_file},
    ValueFlag{"--log-level", "--log-level", "[LOGGER:=]LEVEL", take_log_level},
    ValueFlag{"--log-config-file", "--log-config-file", "FILE", take_nothing},
    ValueFlag{"--enclave", "-e", "NAME", take_nothing},
};

/// Takes a flag that stands alone. @return whether it is one
bool take_switch(RosArguments& arguments, std::string_view flag) {
  const bool enables = flag.starts_with("--enable-");
  if (!enables && !flag.starts_with("--disable-")) return false;
  const std::string_view what = flag.substr(flag.find('-', 2) + 1);
  if (what == "rosout-logs") {
    arguments.rosout_logs = enables;
  } else if (what == "stdout-logs") {
    arguments.stdout_logs = enables;
  } else {
    return what == "external-lib-logs";
  }
  return true;
}

Error unknown(const std::string& argument) {
  return refused("the ROS argument " + quoted(argument) +
                 " is unknown; known are -p, -r, --params-file, --log-level, --enclave, "
                 "--enable-… and --disable-…, and -- ends the ROS arguments");
}

}  // namespace

std::map<std::string, ParameterValue> RosArguments::parameters_of(std::string_view node) const {
  std::map<std::string, ParameterValue> parameters;
  for (const ParameterOverride& given : overrides) {
    if (node_name_matches(given.node, node)) parameters[given.name] = given.value;
  }
  return parameters;
}

LogSeverity RosArguments::level_of(std::string_view logger) const {
  while (!logger.empty()) {
    const auto level = logger_levels.find(logger);
    if (level != logger_levels.end()) return level->second;
    const std::size_t dot = logger.rfind('.');
    logger = logger.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return log_level.value_or(LogSeverity::info);
}

Result<RosArguments> parse_ros_arguments(std::span<const std::string> arguments) {
  RosArguments parsed;
  bool is_ros = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--ros-args") {
      is_ros = true;
      continue;
    }
    if (!is_ros) {
      parsed.others.push_back(argument);
      continue;
    }
    if (argument == "--") {
      is_ros = false;
      continue;
    }
    if (take_switch(parsed, argument)) continue;
    const auto flag =
        std::find_if(kValueFlags.begin(), kValueFlags.end(), [&](const ValueFlag& known) {
          return argument == known.name || argument == known.short_name;
        });
    if (flag == kValueFlags.end()) return unknown(argument);
    if (++i == arguments.size()) {
      return refused(argument + " must be followed by " + std::string(flag->value));
    }
    const Result<Done> taken = flag->take(parsed, arguments[i]);
    if (!taken) return taken.error();
  }
  return parsed;
}

}  // namespace clipdex::dds
