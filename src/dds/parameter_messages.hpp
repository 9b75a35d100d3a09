/// The messages behind `ros2 param`: package rcl_interfaces, its messages and its six services.
/// Types carry the names of their .msg and .srv files, in a namespace of their own because
/// `dds::ParameterValue` is what the rest of the program works with.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "clipdex/error.hpp"
#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"
#include "dds/parameter_value.hpp"

namespace clipdex::dds::rcl_interfaces {

/// msg/ParameterValue: only the member that `type` names has a meaning.
struct ParameterValue {
  std::uint8_t type = 0;  ///< an index of `dds::ParameterValue`; 0: not set
  bool bool_value = false;
  std::int64_t integer_value = 0;
  double double_value = 0;
  std::string string_value;
  std::vector<std::uint8_t> byte_array_value;
  std::vector<bool> bool_array_value;
  std::vector<std::int64_t> integer_array_value;
  std::vector<double> double_array_value;
  std::vector<std::string> string_array_value;
  static constexpr auto kFields =
      std::tuple(&ParameterValue::type, &ParameterValue::bool_value, &ParameterValue::integer_value,
                 &ParameterValue::double_value, &ParameterValue::string_value,
                 &ParameterValue::byte_array_value, &ParameterValue::bool_array_value,
                 &ParameterValue::integer_array_value, &ParameterValue::double_array_value,
                 &ParameterValue::string_array_value);
};

/// A value as it goes over the wire.
ParameterValue to_message(const dds::ParameterValue& value);

/// The value that came over the wire; one that is not set gives `std::monostate`. Errors:
/// `invalid_argument` for a type that ROS 2 does not know.
Result<dds::ParameterValue> from_message(const ParameterValue& message);

/// msg/Parameter.
struct Parameter {
  std::string name;
  ParameterValue value;
  static constexpr auto kFields = std::tuple(&Parameter::name, &Parameter::value);
};

/// msg/ParameterEvent: what changed on a node.
struct ParameterEvent {
  static constexpr const char* kTypeName = "rcl_interfaces::msg::dds_::ParameterEvent_";
  Time stamp;
  std::string node;  ///< fully qualified
  std::vector<Parameter> new_parameters;
  std::vector<Parameter> changed_parameters;
  std::vector<Parameter> deleted_parameters;
  static constexpr auto kFields =
      std::tuple(&ParameterEvent::stamp, &ParameterEvent::node, &ParameterEvent::new_parameters,
                 &ParameterEvent::changed_parameters, &ParameterEvent::deleted_parameters);
};

/// msg/FloatingPointRange; a step of 0 allows every value between the ends.
struct FloatingPointRange {
  double from_value = 0;
  double to_value = 0;
  double step = 0;
  static constexpr auto kFields = std::tuple(
      &FloatingPointRange::from_value, &FloatingPointRange::to_value, &FloatingPointRange::step);
};

/// msg/IntegerRange; a step of 0 allows every value between the ends.
struct IntegerRange {
  std::int64_t from_value = 0;
  std::int64_t to_value = 0;
  std::uint64_t step = 0;
  static constexpr auto kFields =
      std::tuple(&IntegerRange::from_value, &IntegerRange::to_value, &IntegerRange::step);
};

/// msg/ParameterDescriptor. Each range is absent or there once.
struct ParameterDescriptor {
  std::string name;
  std::uint8_t type = 0;
  std::string description;
  std::string additional_constraints;
  bool read_only = false;
  bool dynamic_typing = false;
  std::vector<FloatingPointRange> floating_point_range;
  std::vector<IntegerRange> integer_range;
  static constexpr auto kFields =
      std::tuple(&ParameterDescriptor::name, &ParameterDescriptor::type,
                 &ParameterDescriptor::description, &ParameterDescriptor::additional_constraints,
                 &ParameterDescriptor::read_only, &ParameterDescriptor::dynamic_typing,
                 &ParameterDescriptor::floating_point_range, &ParameterDescriptor::integer_range);
};

/// msg/SetParametersResult.
struct SetParametersResult {
  bool successful = false;
  std::string reason;  ///< why not
  static constexpr auto kFields =
      std::tuple(&SetParametersResult::successful, &SetParametersResult::reason);
};

/// msg/ListParametersResult.
struct ListParametersResult {
  std::vector<std::string> names;
  std::vector<std::string> prefixes;  ///< of the names, without their last part
  static constexpr auto kFields =
      std::tuple(&ListParametersResult::names, &ListParametersResult::prefixes);
};

/// A message that is only a list of names.
struct Names {
  std::vector<std::string> names;
  static constexpr auto kFields = std::tuple(&Names::names);
};

/// srv/GetParameters.
struct GetParameters {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::GetParameters_";
  using Request = Names;
  struct Response {
    std::vector<ParameterValue> values;  ///< in the order asked for
    static constexpr auto kFields = std::tuple(&Response::values);
  };
};

/// srv/GetParameterTypes.
struct GetParameterTypes {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::GetParameterTypes_";
  using Request = Names;
  struct Response {
    std::vector<std::uint8_t> types;  ///< in the order asked for
    static constexpr auto kFields = std::tuple(&Response::types);
  };
};

/// srv/DescribeParameters.
struct DescribeParameters {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::DescribeParameters_";
  using Request = Names;
  struct Response {
    std::vector<ParameterDescriptor> descriptors;  ///< in the order asked for
    static constexpr auto kFields = std::tuple(&Response::descriptors);
  };
};

/// srv/ListParameters.
struct ListParameters {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::ListParameters_";
  static constexpr std::uint64_t kDepthRecursive = 0;
  struct Request {
    std::vector<std::string> prefixes;  ///< empty: all names
    std::uint64_t depth = kDepthRecursive;
    static constexpr auto kFields = std::tuple(&Request::prefixes, &Request::depth);
  };
  struct Response {
    ListParametersResult result;
    static constexpr auto kFields = std::tuple(&Response::result);
  };
};

/// srv/SetParameters: each on its own.
struct SetParameters {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::SetParameters_";
  struct Request {
    std::vector<Parameter> parameters;
    static constexpr auto kFields = std::tuple(&Request::parameters);
  };
  struct Response {
    std::vector<SetParametersResult> results;  ///< in the order asked for
    static constexpr auto kFields = std::tuple(&Response::results);
  };
};

/// srv/SetParametersAtomically: all or none.
struct SetParametersAtomically {
  static constexpr const char* kTypePrefix = "rcl_interfaces::srv::dds_::SetParametersAtomically_";
  using Request = SetParameters::Request;
  struct Response {
    SetParametersResult result;
    static constexpr auto kFields = std::tuple(&Response::result);
  };
};

}  // namespace clipdex::dds::rcl_interfaces
