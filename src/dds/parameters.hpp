/// The parameters of a node, and the six services through which `ros2 param` reaches them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dds/parameter_value.hpp"

namespace clipdex::dds {

class Node;

/// How a parameter is declared.
struct ParameterDescription {
  std::string text;        ///< for `ros2 param describe`
  bool read_only = false;  ///< can be set at the start only
  /// Looks at a value of the right type before it is taken; gives what is wrong with it, or
  /// nothing. May be empty. Called on the loop.
  std::function<std::optional<std::string>(const ParameterValue&)> refuse;
};

/// A node's parameters. Thread-safe. A parameter keeps the type that it was declared with; an
/// integer given for a double is taken, since people write `topk:=5`.
class Parameters {
 public:
  /// @param overrides from the command line and files, by name
  Parameters(Node& node, std::map<std::string, ParameterValue> overrides);
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// Declares a parameter with its default, and gives the value it has: the override where there is
  /// one. Throws `invalid_argument` when the override has another type or is refused; the message
  /// names the parameter, the value and the type that is expected.
  template <class T>
  T declare(std::string_view name, T default_value, ParameterDescription description = {}) {
    return std::get<T>(
        declare_value(name, ParameterValue(std::move(default_value)), std::move(description)));
  }

  /// The value now. The parameter must have been declared.
  template <class T>
  T get(std::string_view name) const {
    return std::get<T>(value(name));
  }

  /// Overrides that no parameter was declared for: most often mistyped names.
  std::vector<std::string> unused_overrides() const;

 private:
  ParameterValue declare_value(std::string_view name, const ParameterValue& default_value,
                               ParameterDescription description);
  ParameterValue value(std::string_view name) const;

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::dds
