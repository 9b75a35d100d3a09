/// What the readers of YAML share. Not for files outside this room's sources, since yaml-cpp is
/// private to it.
#pragma once

#include <yaml-cpp/yaml.h>

#include "clipdex/error.hpp"
#include "dds/parameter_value.hpp"

namespace clipdex::dds {

/// The value of a scalar or of a list of scalars. Errors: `invalid_argument`; the message is the
/// end of a sentence whose subject the caller knows: "a map; a value is a scalar or a list".
Result<ParameterValue> value_of_yaml(const YAML::Node& node);

}  // namespace clipdex::dds
