// Every way in which a query can be wrong, with the whole of what the user is told.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "base/utf8.hpp"
#include "search/parse.hpp"
#include "search/plan.hpp"

namespace clipdex::search {
namespace {

/// A query that has no meaning, and the message that says so.
struct Mistake {
  std::string text;
  std::string message;
};

std::ostream& operator<<(std::ostream& stream, const Mistake& mistake) {
  return stream << mistake.text;
}

Mistake at(int character, std::string text, const std::string& advice) {
  return {std::move(text),
          "the query has a mistake at character " + std::to_string(character) + ": " + advice};
}

class ParseMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ParseMistake, IsToldWithItsPlaceAndTheRemedy) {
  const Result<Query> query = parse_query(GetParam().text);
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(query.error().message, GetParam().message);
}

constexpr auto kNothingToAdd =
    "nothing follows this +; write what to add, or put it in quotes if it is meant as text";
constexpr auto kNothingToAvoid =
    "nothing follows this -; write what to stay away from, or put it in quotes if it is meant as "
    "text";
constexpr auto kTwoOperators =
    "two operators follow each other; leave one out, or put the second in quotes with its text";

INSTANTIATE_TEST_SUITE_P(
    Operators, ParseMistake,
    ::testing::Values(at(7, "beach -", kNothingToAvoid), at(7, "beach +  ", kNothingToAdd),
                      at(4, "海边\u3000-", kNothingToAvoid), at(1, "-", kNothingToAvoid),
                      at(1, "+", kNothingToAdd), at(5, "a - - b", kTwoOperators),
                      at(4, "a -+b", kTwoOperators), at(2, "--", kTwoOperators)));

constexpr auto kWeightBounds =
    "is not between 0.000001 and 1000000; to stay away from something, write a minus before it";

INSTANTIATE_TEST_SUITE_P(
    Weights, ParseMistake,
    ::testing::Values(
        at(1, "0:car", std::string("the weight 0 ") + kWeightBounds),
        at(5, "car 0.0000009:x", std::string("the weight 0.0000009 ") + kWeightBounds),
        at(1, "1000000.1:x", std::string("the weight 1000000.1 ") + kWeightBounds),
        at(1, "1" + std::string(400, '0') + ":x",
           "the weight 1" + std::string(400, '0') + ' ' + kWeightBounds),
        at(1, "0." + std::string(400, '0') + "1:x",
           "the weight 0." + std::string(400, '0') + "1 " + kWeightBounds),
        at(3, "2:-car", "the operator stands after a weight; write it before, such as -2:"),
        at(9, "car 0.5:+x", "the operator stands after a weight; write it before, such as +0.5:"),
        at(3, "2:path:x car", "a filter such as path: takes no weight"),
        at(7, "car 2:after:2024", "a filter such as after: takes no weight"),
        at(5, "2.5:before:2024 car", "a filter such as before: takes no weight")));

std::string no_value(const std::string& name) {
  return name +
         " has no value; write it without a blank after the colon, or put it in quotes if "
         "it is meant as text";
}

std::string no_date(const std::string& value) {
  return '"' + value +
         "\" is not a date; write YYYY, YYYY-MM, YYYY-MM-DD or "
         "YYYY-MM-DDTHH:MM:SS, in UTC";
}

INSTANTIATE_TEST_SUITE_P(
    Filters, ParseMistake,
    ::testing::Values(
        at(7, "car + path:x", "a filter such as path: takes no + or -; leave the operator out"),
        at(6, "car -after:2024", "a filter such as after: takes no + or -; leave the operator out"),
        at(2, "+before:2024 car",
           "a filter such as before: takes no + or -; leave the operator out"),
        at(5, "car path:", no_value("path:")), at(5, "car path: 2024", no_value("path:")),
        at(1, "path:\"\" car", no_value("path:")), at(2, " after:\u30002024", no_value("after:")),
        at(1, "before:“” car", no_value("before:")), at(5, "car after:May", no_date("May")),
        at(4, "红车 after:2023-02-29", no_date("2023-02-29")),
        at(5, "car before:\"2024 05\"", no_date("2024 05")),
        at(16, "car after:2024 after:2023", "after: is given a second time; leave one out"),
        at(17, "car before:2024 before:2024", "before: is given a second time; leave one out")));

INSTANTIATE_TEST_SUITE_P(
    QuotesAndImages, ParseMistake,
    ::testing::Values(
        at(5, "car \"night", "this quote is not closed; write \" where it ends"),
        at(5, "car \"", "this quote is not closed; write \" where it ends"),
        at(1, "\"night\\", "this quote is not closed; write \" where it ends"),
        at(1, "\"night\\\"", "this quote is not closed; write \" where it ends"),
        at(1, "“night\"", "this quote is not closed; write ” where it ends"),
        at(4, "海边 「夜", "this quote is not closed; write 」 where it ends"),
        at(10, "car path:\"x", "this quote is not closed; write \" where it ends"),
        at(5, "car \"\"", "nothing stands between these quotes; leave them out"),
        at(1, "「\u3000 」", "nothing stands between these quotes; leave them out"),
        at(1, "file:\" \"", "nothing stands between these quotes; leave them out"),
        at(5, "car file:", no_value("file:")), at(5, "car file: a.jpg", no_value("file:")),
        at(1, "file://server/a.jpg",
           "an image on another machine cannot be read by file://; write file:///PATH"),
        at(5, "car file://",
           "an image on another machine cannot be read by file://; write file:///PATH")));

INSTANTIATE_TEST_SUITE_P(
    WholeQueries, ParseMistake,
    ::testing::Values(
        Mistake{"", "the query is empty; write what to look for, such as: red car"},
        Mistake{" \u3000\n", "the query is empty; write what to look for, such as: red car"},
        Mistake{"path:x",
                "the query has only filters; add what to look for, such as: red car "
                "path:2024/**"},
        Mistake{"- night",
                "the query only says what to stay away from; add what to look for, such "
                "as: photo - night"},
        Mistake{"car after:2024 before:2024",
                "no image can be taken both after: and before: these times; after: must be "
                "earlier"},
        Mistake{"file:///a%00b",
                "the path of a query image holds a zero byte, which no file name can"}));

TEST(ParseMistakes, TooManyTermsAreRefused) {
  std::string text = "a";
  for (std::size_t i = 0; i < kTermsMax; ++i) text += " + a";
  EXPECT_EQ(parse_query(text).error().message, "the query has 101 terms; 100 is the most");
}

TEST(ParseMistakes, CharactersOfBrokenUtf8AreCountedToo) {
  EXPECT_EQ(parse_query("caf\xE9 \xFF -").error().message,
            "the query has a mistake at character 8: " + std::string(kNothingToAvoid));
}

TEST(ParseMistakes, AMessageIsUtf8WhateverTheQueryIs) {
  const std::string message = parse_query("car after:20\xFF\xFE").error().message;
  EXPECT_TRUE(is_valid_utf8(message));
  EXPECT_EQ(message, "the query has a mistake at character 5: " + no_date("20\uFFFD\uFFFD"));
}

TEST(ParseMistakes, AnAddressWithAZeroByteIsRefused) {
  const Result<Query> query = parse_query(std::string("http://x/a\0b", 12));
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(query.error().message,
            "the address of a query image holds a zero byte, which no address can");
}

}  // namespace
}  // namespace clipdex::search
