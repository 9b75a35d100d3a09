#include "search/format.hpp"

#include <gtest/gtest.h>

#include <string>

#include "search/parse.hpp"
#include "search/plan.hpp"

namespace clipdex::search {
namespace {

using Kind = QueryTerm::Kind;

std::string formatted(Kind kind, std::string value, double weight = 1) {
  Query query;
  query.terms.push_back({kind, std::move(value), weight});
  return format_query(query);
}

TEST(FormatQuery, TextsStandInQuotes) {
  EXPECT_EQ(formatted(Kind::text, "a red car"), "\"a red car\"");
  EXPECT_EQ(formatted(Kind::text, "海边"), "\"海边\"");
  EXPECT_EQ(formatted(Kind::text, R"(say "x\y")"), R"("say \"x\\y\"")");
}

TEST(FormatQuery, AnImageStandsBareWhereItCan) {
  EXPECT_EQ(formatted(Kind::image_file, "./pool.jpg"), "./pool.jpg");
  EXPECT_EQ(formatted(Kind::image_file, "/a/\xFF.jpg"), "/a/\xFF.jpg");
  EXPECT_EQ(formatted(Kind::image_file, "pool.jpg"), "file:\"pool.jpg\"");
  EXPECT_EQ(formatted(Kind::image_file, "/a/my \"pool\".jpg"), R"(file:"/a/my \"pool\".jpg")");
  EXPECT_EQ(formatted(Kind::image_file, "/a\u3000b"), "file:\"/a\u3000b\"");
  EXPECT_EQ(formatted(Kind::image_url, "https://x/a.jpg"), "https://x/a.jpg");
}

TEST(FormatQuery, AnOperatorStandsBeforeEveryTermButAFirstPositiveOne) {
  Query query;
  query.terms = {{Kind::text, "a", 1}, {Kind::text, "b", 1}, {Kind::text, "c", -1}};
  EXPECT_EQ(format_query(query), "\"a\" + \"b\" - \"c\"");
  query.terms[0].weight = -1;
  EXPECT_EQ(format_query(query), "- \"a\" + \"b\" - \"c\"");
}

TEST(FormatQuery, WeightsAreWrittenWithoutExponentsAndOnlyWhereTheyAreNotOne) {
  EXPECT_EQ(formatted(Kind::text, "a", 2), "2:\"a\"");
  EXPECT_EQ(formatted(Kind::text, "a", 0.5), "0.5:\"a\"");
  EXPECT_EQ(formatted(Kind::text, "a", -0.1), "- 0.1:\"a\"");
  EXPECT_EQ(formatted(Kind::text, "a", kWeightMin), "0.000001:\"a\"");
  EXPECT_EQ(formatted(Kind::text, "a", kWeightMax), "1000000:\"a\"");
  EXPECT_EQ(formatted(Kind::image_file, "./a.jpg", 3), "3:./a.jpg");
  EXPECT_EQ(formatted(Kind::image_file, "a.jpg", 3), "3:file:\"a.jpg\"");
  EXPECT_EQ(formatted(Kind::image_url, "http://x/y", 3), "3:http://x/y");
}

TEST(FormatQuery, FiltersFollowTheTermsInOneOrder) {
  Query query;
  query.terms = {{Kind::text, "a", 1}};
  query.filters = {.path_globs = {"2024/**", "my \"x\"\\*"},
                   .taken_from_s = 1'714'979'289,
                   .taken_before_s = 1'718'409'600};
  EXPECT_EQ(format_query(query),
            "\"a\" path:\"2024/**\" path:\"my \\\"x\\\"\\\\*\" after:2024-05-06T07:08:09 "
            "before:2024-06-15");
}

TEST(FormatQuery, WhatIsNoPartOfTheLanguageIsLeftOut) {
  Query query;
  query.terms = {{Kind::text, "a", 1}};
  query.hits_max = 3;
  query.score_min = 0.2;
  EXPECT_EQ(format_query(query), "\"a\"");
  EXPECT_EQ(format_query(Query{}), "");
}

class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, TheTextOfAParsedQueryIsReadAsTheSameQuery) {
  const Query query = parse_query(GetParam()).value_or_throw();
  const std::string text = format_query(query);
  EXPECT_EQ(parse_query(text).value_or_throw(), query) << text;
  EXPECT_EQ(format_query(parse_query(text).value_or_throw()), text) << "it is canonical";
}

INSTANTIATE_TEST_SUITE_P(
    ParsedQueries, RoundTrip,
    ::testing::Values("a red car", "t-shirt 15:30 C++", "\"- a\"", "\"2:a\" b",
                      "「海边的“狗”」 -\u3000夜", R"("a \"b\" \\" + 0.1:x)", "- 2.25:a + ./b",
                      "0.3333333333333333:a", "123456.789012345:a - 0.0000010000000001:b",
                      "\" a\nb\t \"", "./a.jpg ~/b.jpg /c.jpg //d",
                      "file:a.jpg file:\"- b.jpg\" file:\"./c d.jpg\" file:path:x",
                      "file:///a%20%22b%5C%FF.jpg", "file:///", "file:https://x/y",
                      "HTTPS://x/a?b=\"c\"#d - http://y/z", "a\xFF\xE3\x80",
                      "a path:x path:\"y z\" path:~/\\[*", "a after:0000",
                      "a before:9999-12-31T23:59:59Z", "a after:1969-12-31T23:59 before:1970"));

}  // namespace
}  // namespace clipdex::search
