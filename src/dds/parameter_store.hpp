/// The declared parameters of a node and the rules for reading and setting them. Nothing here talks
/// to the network. Source of the rules and of the wording: rclcpp's node_parameters.cpp and
/// parameter_service.cpp (Humble).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dds/parameter_messages.hpp"
#include "dds/parameters.hpp"

namespace clipdex::dds {

/// See `Parameters`. Thread-safe. Every change is told as an event, without stamp and node.
class ParameterStore {
 public:
  /// @param on_event called under a lock, in the order of the changes
  ParameterStore(std::map<std::string, ParameterValue> overrides,
                 std::function<void(rcl_interfaces::ParameterEvent&&)> on_event);

  /// See `Parameters::declare`.
  ParameterValue declare(std::string_view name, const ParameterValue& default_value,
                         ParameterDescription description);
  /// The value of a parameter that was declared.
  ParameterValue value(std::string_view name) const;
  std::vector<std::string> unused_overrides() const;

  // What the six services do. A name that was not declared leaves the answer of the first three
  // empty as a whole.
  std::vector<rcl_interfaces::ParameterValue> get(const std::vector<std::string>& names) const;
  std::vector<std::uint8_t> types(const std::vector<std::string>& names) const;
  std::vector<rcl_interfaces::ParameterDescriptor> describe(
      const std::vector<std::string>& names) const;

  /// The names that begin with one of the prefixes, or all, down to `depth` parts; 0: all of them.
  rcl_interfaces::ListParametersResult list(const std::vector<std::string>& prefixes,
                                            std::uint64_t depth) const;

  /// Sets all of the parameters, or none if one is refused; the reason names it.
  rcl_interfaces::SetParametersResult set(const std::vector<rcl_interfaces::Parameter>& parameters);

 private:
  struct Declared {
    ParameterValue value;
    ParameterDescription description;
  };
  using Map = std::map<std::string, Declared, std::less<>>;

  bool all_declared(const std::vector<std::string>& names) const;
  std::optional<std::string> check(const std::string& name, ParameterValue& value) const;

  const std::map<std::string, ParameterValue> overrides_;
  const std::function<void(rcl_interfaces::ParameterEvent&&)> on_event_;
  mutable std::mutex mutex_;
  Map declared_;
};

}  // namespace clipdex::dds
