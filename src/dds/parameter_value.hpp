/// The value of a ROS 2 parameter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::dds {

/// In the order of `rcl_interfaces/msg/ParameterType`, so that `index()` is the type's number.
using ParameterValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::uint8_t>,
                 std::vector<bool>, std::vector<std::int64_t>, std::vector<double>,
                 std::vector<std::string>>;

/// The name of a type as rclcpp writes it in messages: "bool", "integer", "string_array", …
/// @param type an index of `ParameterValue`; "unknown" for any other number
std::string_view parameter_type_name(std::size_t type) noexcept;

/// Reads a value written in YAML, as on the right side of `-p name:=value`: `true`, `1`, `0.5`,
/// `text`, `[1, 2]`. As in rcl, `yes` and `off` are bool too, `0x10` is 16 and `010` is 8, and
/// `'1'` is a string. Text that is YAML of no other type is a string, `null` and an empty text
/// among them. An empty list is one of strings. Errors: `invalid_argument`, with the text, for a
/// list of mixed types, a map, and what is no YAML.
Result<ParameterValue> parse_parameter_value(std::string_view yaml);

}  // namespace clipdex::dds
