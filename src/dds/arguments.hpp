/// What stands between `--ros-args` and `--` on a command line, read as rcl reads it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "dds/parameter_value.hpp"

namespace clipdex::dds {

/// Severities of `rcl_interfaces/msg/Log`.
enum class LogSeverity : std::uint8_t { debug = 10, info = 20, warn = 30, error = 40, fatal = 50 };

/// One rule `[NODE:]FROM:=TO`; FROM is a name, `__node`, `__name` or `__ns`.
struct RemapRule {
  std::string node;  ///< only for the node of this name; empty: for every node
  std::string from;
  std::string to;
};

/// One parameter from the command line or a file.
struct ParameterOverride {
  std::string node;  ///< a fully qualified name that may hold `*` and `**`; "/**": every node
  std::string name;
  ParameterValue value;
};

/// The arguments of a process. Later overrides win over earlier ones, as in rcl.
struct RosArguments {
  std::vector<RemapRule> remaps;
  std::vector<ParameterOverride> overrides;
  std::optional<LogSeverity> log_level;
  std::map<std::string, LogSeverity, std::less<>> logger_levels;
  bool rosout_logs = true;          ///< whether nodes log to /rosout
  bool stdout_logs = true;          ///< whether nodes log to the console
  std::vector<std::string> others;  ///< what was no argument for ROS, in order

  /// The overrides that apply to a node, by name, the last one winning.
  /// @param node fully qualified, such as /robot/clip_manage
  std::map<std::string, ParameterValue> parameters_of(std::string_view node) const;

  /// The level of a logger: its own, else that of the nearest one above it ("a" is above "a.b"),
  /// else the one for all, else info.
  LogSeverity level_of(std::string_view logger) const;
};

/// Reads what stands between `--ros-args` and `--` (or the end), as often as it comes:
///
///     -p, --param [NODE:]NAME:=VALUE   VALUE is YAML: `1` is an integer, `[a, b]` a list of
///     strings -r, --remap [NODE:]FROM:=TO
///     --params-file FILE
///     --log-level [LOGGER:=]LEVEL      debug, info, warn, error or fatal, in any case
///     --enable-X, --disable-X          X is rosout-logs, stdout-logs or external-lib-logs; there
///     are
///                                      no external logs, so the last one changes nothing
///     -e, --enclave NAME and --log-config-file FILE, which are accepted and change nothing
///
/// NODE is a node's name without namespace.
/// @param arguments without the program's name
/// Errors: `invalid_argument` with the argument and what is expected there; those of
/// `read_parameter_file`.
Result<RosArguments> parse_ros_arguments(std::span<const std::string> arguments);

}  // namespace clipdex::dds
