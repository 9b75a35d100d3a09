/// What `clipdex launch` runs: the three nodes, for the launch arguments of the TogetheROS box.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/supervisor.hpp"

namespace clipdex::cli {

/// Finds the executable of a node: package, then executable.
using FindNode = std::function<std::string(std::string_view package, std::string_view executable)>;

/// The nodes for launch arguments `NAME:=VALUE`; the manager comes last. Throws `invalid_argument`
/// for an argument that is none, and whatever `find` throws.
std::vector<Child> plan_launch(std::span<const std::string> arguments, const FindNode& find);

/// Looks for a node beside the program (docs/adr/0005-ros2-prefix.md), and then in each prefix of
/// AMENT_PREFIX_PATH. Throws `not_found`.
/// @param program_directory that holds the running program
std::string find_node(const std::filesystem::path& program_directory, std::string_view package,
                      std::string_view executable);

/// A parameter for `--ros-args`: `-p`, `NAME:="VALUE"`. The quotes keep words such as `yes` and
/// `1` texts.
std::string text_parameter(std::string_view name, std::string_view value);

/// The arguments and their meaning, one a line, for the help.
std::string describe_launch_arguments();

}  // namespace clipdex::cli
