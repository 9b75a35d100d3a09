#include "dds/parameter_value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace clipdex::dds {
namespace {

ParameterValue parsed(std::string_view yaml) {
  return parse_parameter_value(yaml).value_or_throw();
}

std::string refusal(std::string_view yaml) {
  const Result<ParameterValue> value = parse_parameter_value(yaml);
  if (value) return "it was taken";
  EXPECT_EQ(value.error().code, ErrorCode::invalid_argument);
  return value.error().message;
}

void expect_integer(std::string_view yaml, std::int64_t value) {
  EXPECT_EQ(parsed(yaml), ParameterValue(value)) << yaml;
}

void expect_double(std::string_view yaml, double value) {
  EXPECT_EQ(parsed(yaml), ParameterValue(value)) << yaml;
}

void expect_string(std::string_view yaml, const std::string& value) {
  EXPECT_EQ(parsed(yaml), ParameterValue(value)) << yaml;
}

TEST(ParseParameterValue, TheWordsOfYamlForTrueAndFalse) {
  for (const char* word : {"true", "True", "TRUE", "yes", "on", "y", "Y"}) {
    EXPECT_EQ(parsed(word), ParameterValue(true)) << word;
  }
  for (const char* word : {"false", "False", "FALSE", "no", "off", "n", "N"}) {
    EXPECT_EQ(parsed(word), ParameterValue(false)) << word;
  }
  expect_string("tRUE", "tRUE");
}

TEST(ParseParameterValue, IntegersAsCWritesThem) {
  expect_integer("0", 0);
  expect_integer("-7", -7);
  expect_integer("+7", 7);
  expect_integer("0x10", 16);
  expect_integer("-0XfF", -255);
  expect_integer("010", 8);
  expect_integer("9223372036854775807", std::numeric_limits<std::int64_t>::max());
  expect_integer("-9223372036854775808", std::numeric_limits<std::int64_t>::min());
}

TEST(ParseParameterValue, NumbersWithAFractionOrTooLargeForAnInteger) {
  expect_double("0.5", 0.5);
  expect_double("-.5", -0.5);
  expect_double("+1e3", 1000);
  expect_double("5.", 5);
  expect_double("9223372036854775808", 9223372036854775808.0);
  expect_double("08", 8);
}

TEST(ParseParameterValue, NumbersWithoutEndAndNoNumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  expect_double(".inf", infinity);
  expect_double("+.Inf", infinity);
  expect_double("-.INF", -infinity);
  EXPECT_TRUE(std::isnan(std::get<double>(parsed(".nan"))));
}

TEST(ParseParameterValue, EverythingElseIsText) {
  expect_string("a dog", "a dog");
  expect_string("  a dog ", "a dog");
  expect_string("http://host:80/a.jpg", "http://host:80/a.jpg");
  expect_string("1.2.3", "1.2.3");
  expect_string("--1", "--1");
  expect_string("+-1", "+-1");
  expect_string("0x", "0x");
  expect_string("0x-1", "0x-1");
  expect_string("1e999", "1e999");
  expect_string("x.inf", "x.inf");
  expect_string("\xE5\x9B\xBE", "\xE5\x9B\xBE");
}

TEST(ParseParameterValue, QuotesMakeText) {
  expect_string("'1'", "1");
  expect_string("\"true\"", "true");
  expect_string("!!str 1", "1");
  expect_string("''", "");
}

TEST(ParseParameterValue, NothingIsTheEmptyText) {
  expect_string("", "");
  expect_string("  ", "");
}

TEST(ParseParameterValue, NullIsAText) {
  expect_string("null", "null");
  expect_string("~", "~");
}

TEST(ParseParameterValue, ListsHaveTheTypeOfTheirItems) {
  EXPECT_EQ(parsed("[true, no]"), ParameterValue(std::vector<bool>{true, false}));
  EXPECT_EQ(parsed("[1, -2]"), ParameterValue(std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(parsed("[0.5, 1.0]"), ParameterValue(std::vector<double>{0.5, 1}));
  EXPECT_EQ(parsed("[a, '1']"), ParameterValue(std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(parsed("[]"), ParameterValue(std::vector<std::string>()));
}

TEST(ParseParameterValue, WhatIsNoValueIsRefusedWithTheText) {
  EXPECT_EQ(refusal("[1, a]"),
            "'[1, a]' is a list of integer and string values; one list holds one type (text can "
            "stand in quotes)");
  EXPECT_EQ(refusal("[1, 0.5]"),
            "'[1, 0.5]' is a list of integer and double values; one list holds one type (text can "
            "stand in quotes)");
  EXPECT_EQ(refusal("[[1], [2]]"),
            "'[[1], [2]]' is a list that holds more than scalars (text can stand in quotes)");
  EXPECT_EQ(refusal("[a, ~]"),
            "'[a, ~]' is a list with an empty value; write '' for an empty string (text can stand "
            "in quotes)");
  EXPECT_EQ(refusal("a photo: of a dog"),
            "'a photo: of a dog' is a map; a value is a scalar or a list (text can stand in "
            "quotes)");
  EXPECT_EQ(refusal("[1, 2"),
            "'[1, 2' is no YAML: end of sequence flow not found (text can stand in quotes)");
}

TEST(ParseParameterValue, AListThatHoldsItselfIsRefused) {
  EXPECT_EQ(refusal("&a [*a]"),
            "'&a [*a]' is a list that holds more than scalars (text can stand in quotes)");
}

TEST(ParameterTypeName, IsThatOfRclcpp) {
  const std::vector<std::string_view> names = {
      "not set",    "bool",       "integer",       "double",       "string",
      "byte_array", "bool_array", "integer_array", "double_array", "string_array"};
  for (std::size_t type = 0; type < names.size(); ++type) {
    EXPECT_EQ(parameter_type_name(type), names[type]);
  }
  EXPECT_EQ(parameter_type_name(10), "unknown");
  EXPECT_EQ(parameter_type_name(ParameterValue(0.5).index()), "double");
}

}  // namespace
}  // namespace clipdex::dds
