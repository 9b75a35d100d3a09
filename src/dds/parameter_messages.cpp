#include "dds/parameter_messages.hpp"

#include <utility>

#include "clipdex/error.hpp"

namespace clipdex::dds::rcl_interfaces {
namespace {

/// Where each type of value lies in the message.
struct Placed {
  ParameterValue& message;

  void operator()(std::monostate) const {}
  void operator()(bool value) const { message.bool_value = value; }
  void operator()(std::int64_t value) const { message.integer_value = value; }
  void operator()(double value) const { message.double_value = value; }
  void operator()(const std::string& value) const { message.string_value = value; }
  void operator()(const std::vector<std::uint8_t>& value) const {
    message.byte_array_value = value;
  }
  void operator()(const std::vector<bool>& value) const { message.bool_array_value = value; }
  void operator()(const std::vector<std::int64_t>& value) const {
    message.integer_array_value = value;
  }
  void operator()(const std::vector<double>& value) const { message.double_array_value = value; }
  void operator()(const std::vector<std::string>& value) const {
    message.string_array_value = value;
  }
};

}  // namespace

ParameterValue to_message(const dds::ParameterValue& value) {
  ParameterValue message;
  message.type = static_cast<std::uint8_t>(value.index());
  std::visit(Placed{message}, value);
  return message;
}

Result<dds::ParameterValue> from_message(const ParameterValue& message) {
  using Value = dds::ParameterValue;
  switch (message.type) {
    case 0:
      return Value();
    case 1:
      return Value(message.bool_value);
    case 2:
      return Value(message.integer_value);
    case 3:
      return Value(message.double_value);
    case 4:
      return Value(message.string_value);
    case 5:
      return Value(message.byte_array_value);
    case 6:
      return Value(message.bool_array_value);
    case 7:
      return Value(message.integer_array_value);
    case 8:
      return Value(message.double_array_value);
    case 9:
      return Value(message.string_array_value);
    default:
      return Error{ErrorCode::invalid_argument, "a parameter has the unknown type " +
                                                    std::to_string(message.type) +
                                                    "; ROS 2 knows the types 0 to 9"};
  }
}

}  // namespace clipdex::dds::rcl_interfaces
