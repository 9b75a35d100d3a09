/// Parameter files of ROS 2, as `--params-file` names them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "dds/arguments.hpp"

namespace clipdex::dds {

/// A parameter file larger than this is refused.
inline constexpr std::uint64_t kParameterFileBytesMax = 1 << 20;

/// The overrides in a parameter file, in its order: node → `ros__parameters` → nested names, which
/// are joined by dots. Node names may be split over several levels, and hold the wildcards `*` and
/// `**`. An empty file has none. Errors: those of `read_file`; `corrupt`, with the file and the
/// line.
Result<std::vector<ParameterOverride>> read_parameter_file(const std::string& file);

/// The same from the file's text. @param file its name, for messages
Result<std::vector<ParameterOverride>> parse_parameter_file(const std::string& yaml,
                                                            const std::string& file);

}  // namespace clipdex::dds
