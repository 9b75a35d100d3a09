#include "dds/parameter_messages.hpp"

#include <gtest/gtest.h>

namespace clipdex::dds::rcl_interfaces {
namespace {

std::vector<dds::ParameterValue> one_of_each_type() {
  return {std::monostate(),
          true,
          std::int64_t{-5},
          0.25,
          std::string("text"),
          std::vector<std::uint8_t>{1, 255},
          std::vector<bool>{true, false},
          std::vector<std::int64_t>{1, -2},
          std::vector<double>{0.5},
          std::vector<std::string>{"a", ""}};
}

TEST(ParameterMessage, EveryTypeComesBackAsItWas) {
  const auto values = one_of_each_type();
  ASSERT_EQ(values.size(), std::variant_size_v<dds::ParameterValue>);
  for (std::size_t type = 0; type < values.size(); ++type) {
    const ParameterValue message = to_message(values[type]);
    EXPECT_EQ(message.type, type);
    const Result<dds::ParameterValue> back = from_message(message);
    ASSERT_TRUE(back) << type << ": " << back.error().message;
    EXPECT_EQ(back.value(), values[type]) << type;
  }
}

TEST(ParameterMessage, AValueFillsItsOwnMemberOnly) {
  const ParameterValue message = to_message(std::string("text"));
  EXPECT_EQ(message.string_value, "text");
  EXPECT_FALSE(message.bool_value);
  EXPECT_EQ(message.integer_value, 0);
  EXPECT_EQ(message.double_value, 0);
  EXPECT_TRUE(message.string_array_value.empty());
}

TEST(ParameterMessage, MembersThatTheTypeDoesNotNameAreIgnored) {
  ParameterValue message;
  message.type = 2;
  message.integer_value = 7;
  message.string_value = "left over";
  EXPECT_EQ(from_message(message).value(), dds::ParameterValue(std::int64_t{7}));
}

TEST(ParameterMessage, ATypeThatRosDoesNotKnowIsRefused) {
  ParameterValue message;
  message.type = 10;
  const Result<dds::ParameterValue> value = from_message(message);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(value.error().message,
            "a parameter has the unknown type 10; ROS 2 knows the types 0 to 9");
}

}  // namespace
}  // namespace clipdex::dds::rcl_interfaces
