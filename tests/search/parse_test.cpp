#include "search/parse.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "search/plan.hpp"

namespace clipdex::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = QueryTerm::Kind;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

/// What a query that has a meaning is read as; the test fails with the message of any other.
Query parsed(std::string_view text) {
  Result<Query> query = parse_query(text);
  if (query) return std::move(query).value();
  ADD_FAILURE() << text << ": " << query.error().message;
  return {};
}

std::vector<QueryTerm> terms(std::string_view text) { return parsed(text).terms; }

QueryTerm words(std::string value, double weight = 1) {
  return {Kind::text, std::move(value), weight};
}
QueryTerm file(std::string value, double weight = 1) {
  return {Kind::image_file, std::move(value), weight};
}
QueryTerm url(std::string value, double weight = 1) {
  return {Kind::image_url, std::move(value), weight};
}

TEST(ParseQuery, WordsInARowAreOneTextJoinedBySingleBlanks) {
  EXPECT_THAT(terms("a red car"), ElementsAre(words("a red car")));
  EXPECT_THAT(terms("  a \t red\r\ncar  "), ElementsAre(words("a red car")));
}

TEST(ParseQuery, LeavesWhatIsNoPartOfTheLanguageAtItsDefaults) {
  const Query query = parsed("a red car");
  EXPECT_EQ(query.filters, QueryFilters{});
  EXPECT_EQ(query.hits_max, 10U);
  EXPECT_EQ(query.score_min, std::nullopt);
}

TEST(ParseQuery, ChineseTextIsWordsAndTheIdeographicSpaceABlank) {
  EXPECT_THAT(terms("海边的狗"), ElementsAre(words("海边的狗")));
  EXPECT_THAT(terms("海边\u3000的\u3000 狗\u3000"), ElementsAre(words("海边 的 狗")));
  EXPECT_THAT(terms("海边\u3000-\u3000人"), ElementsAre(words("海边"), words("人", -1)));
  EXPECT_THAT(terms("\u30002:海边\u3000-人"), ElementsAre(words("海边", 2), words("人", -1)));
}

TEST(ParseQuery, OperatorsAndColonsInsideWordsArePlainCharacters) {
  for (const char* const text : {"t-shirt",
                                 "15:30",
                                 "C++",
                                 "a+b",
                                 "at 15:30 o'clock",
                                 "16:9 t-shirt C++",
                                 "2:",
                                 "2: cars",
                                 "2.5",
                                 "2.5:1",
                                 "1.2.3:x",
                                 "2.:x",
                                 ".5:x",
                                 "1e3:x",
                                 "x2:y",
                                 "note:this",
                                 "5\"",
                                 "don't",
                                 "a/b",
                                 "a\\b",
                                 "xpath:y",
                                 "xfile:y",
                                 "Path:y",
                                 "FILE:y",
                                 "~",
                                 "/",
                                 "./",
                                 "..",
                                 "http://",
                                 "ftp://x/y.jpg",
                                 "x./y.jpg"}) {
    EXPECT_THAT(terms(text), ElementsAre(words(text)));
  }
}

TEST(ParseQuery, APlusAddsATermAndAMinusTakesItAway) {
  EXPECT_THAT(terms("car + night"), ElementsAre(words("car"), words("night")));
  EXPECT_THAT(terms("beach - people"), ElementsAre(words("beach"), words("people", -1)));
  EXPECT_THAT(terms("beach -people"), ElementsAre(words("beach"), words("people", -1)));
  EXPECT_THAT(terms("beach +people"), ElementsAre(words("beach"), words("people")));
  EXPECT_THAT(terms("- people + beach"), ElementsAre(words("people", -1), words("beach")));
  EXPECT_THAT(terms("+ beach"), ElementsAre(words("beach")));
}

TEST(ParseQuery, AnOperatorReachesOverAllWordsOfItsTermAndNoFurther) {
  EXPECT_THAT(terms("dog - big red car + snow - a b"),
              ElementsAre(words("dog"), words("big red car", -1), words("snow"), words("a b", -1)));
  EXPECT_THAT(terms("dog - \"car\" snow"),
              ElementsAre(words("dog"), words("car", -1), words("snow")));
}

TEST(ParseQuery, AWeightBelongsToTheTermThatItTouches) {
  EXPECT_THAT(terms("2:car"), ElementsAre(words("car", 2)));
  EXPECT_THAT(terms("2:red car"), ElementsAre(words("red car", 2)));
  EXPECT_THAT(terms("2:\"red car\" + 0.5:night"),
              ElementsAre(words("red car", 2), words("night", 0.5)));
  EXPECT_THAT(terms("red 3:car"), ElementsAre(words("red"), words("car", 3)));
  EXPECT_THAT(terms("car -1.5:night"), ElementsAre(words("car"), words("night", -1.5)));
  EXPECT_THAT(terms("car - 1.5:night snow"), ElementsAre(words("car"), words("night snow", -1.5)));
  EXPECT_THAT(terms("2:\"a\" b"), ElementsAre(words("a", 2), words("b")))
      << "it ends with its term";
}

TEST(ParseQuery, AWeightStandsBeforeEveryKindOfTerm) {
  EXPECT_THAT(terms("2:./a.jpg"), ElementsAre(file("./a.jpg", 2)));
  EXPECT_THAT(terms("2:file:a.jpg"), ElementsAre(file("a.jpg", 2)));
  EXPECT_THAT(terms("2:https://x/a.jpg"), ElementsAre(url("https://x/a.jpg", 2)));
  EXPECT_THAT(terms("2:「海边」"), ElementsAre(words("海边", 2)));
  EXPECT_THAT(terms("2::x"), ElementsAre(words(":x", 2)));
}

TEST(ParseQuery, AWeightGoesUpToItsBoundsAndMayBeOne) {
  EXPECT_THAT(terms("1:car"), ElementsAre(words("car")));
  EXPECT_THAT(terms("01.50:car"), ElementsAre(words("car", 1.5)));
  EXPECT_THAT(terms("0.000001:car"), ElementsAre(words("car", kWeightMin)));
  EXPECT_THAT(terms("1000000:car"), ElementsAre(words("car", kWeightMax)));
}

TEST(ParseQuery, QuotesOfThreeKindsHoldOneText) {
  EXPECT_THAT(terms("\"a red car\""), ElementsAre(words("a red car")));
  EXPECT_THAT(terms("“a red car”"), ElementsAre(words("a red car")));
  EXPECT_THAT(terms("「红色\u3000的车」"), ElementsAre(words("红色\u3000的车")));
  EXPECT_THAT(terms("\"  a   b \""), ElementsAre(words("  a   b "))) << "blanks stay as they are";
}

TEST(ParseQuery, WhatStandsInQuotesIsPlain) {
  for (const char* const text : {"-", "+ a", "2:car", "path:x", "after:2024", "file:x", "./a.jpg",
                                 "https://x/y.jpg", "“”", "」「"}) {
    EXPECT_THAT(terms('"' + std::string(text) + '"'), ElementsAre(words(text)));
  }
  EXPECT_THAT(terms("「say \"x\"」"), ElementsAre(words("say \"x\"")));
}

TEST(ParseQuery, ABackslashInQuotesTakesTheNextCharacterAsItIs) {
  EXPECT_THAT(terms(R"("a \"b\" c")"), ElementsAre(words("a \"b\" c")));
  EXPECT_THAT(terms(R"("a\\")"), ElementsAre(words("a\\")));
  EXPECT_THAT(terms(R"("\n")"), ElementsAre(words("n")));
  EXPECT_THAT(terms(R"(“a \” b”)"), ElementsAre(words("a ” b")));
  EXPECT_THAT(terms(R"(「a \」 b」)"), ElementsAre(words("a 」 b")));
  EXPECT_THAT(terms(R"(a\ b)"), ElementsAre(words("a\\ b"))) << "outside of them it is plain";
}

TEST(ParseQuery, AQuoteBeginsATermAndEndsOne) {
  EXPECT_THAT(terms("red \"car\" night"), ElementsAre(words("red"), words("car"), words("night")));
  EXPECT_THAT(terms("\"red\"car"), ElementsAre(words("red"), words("car")));
  EXPECT_THAT(terms("\"red\"\"car\""), ElementsAre(words("red"), words("car")));
  EXPECT_THAT(terms("\"red\"-\"car\""), ElementsAre(words("red"), words("car", -1)));
}

TEST(ParseQuery, BarePathsAreImages) {
  for (const char* const path : {"./pool.jpg", "../pool.jpg", "/a/pool.jpg", "~/pool.jpg",
                                 "./a-b+c:2\"x.jpg", "/照片/游泳池.jpg", "//x"}) {
    EXPECT_THAT(terms(path), ElementsAre(file(path)));
  }
  EXPECT_THAT(terms("red car ./a.jpg night"),
              ElementsAre(words("red car"), file("./a.jpg"), words("night")));
  EXPECT_THAT(terms("./a.jpg\u3000- /b.jpg"), ElementsAre(file("./a.jpg"), file("/b.jpg", -1)));
}

TEST(ParseQuery, FileNamesAnImageWithAnyPath) {
  EXPECT_THAT(terms("file:pool.jpg"), ElementsAre(file("pool.jpg")));
  EXPECT_THAT(terms("file:\"my pool.jpg\""), ElementsAre(file("my pool.jpg")));
  EXPECT_THAT(terms("file:「我的 照片.jpg」"), ElementsAre(file("我的 照片.jpg")));
  EXPECT_THAT(terms("red file:a%20b.jpg car"),
              ElementsAre(words("red"), file("a%20b.jpg"), words("car")));
  EXPECT_THAT(terms("file:https://x"), ElementsAre(file("https://x")));
}

TEST(ParseQuery, FileAddressesAreDecodedToTheirPath) {
  EXPECT_THAT(terms("file:///a%20b/%E7%8B%97.jpg"), ElementsAre(file("/a b/狗.jpg")));
  EXPECT_THAT(terms("file:///a%FFb.jpg"), ElementsAre(file("/a\xFF"
                                                           "b.jpg")));
  EXPECT_THAT(terms("file:///100%.jpg"), ElementsAre(file("/100%.jpg")));
  EXPECT_THAT(terms("file:///a%2"), ElementsAre(file("/a%2")));
  EXPECT_THAT(terms("file:///a%zz%-1%+1% 1"), ElementsAre(file("/a%zz%-1%+1%"), words("1")));
  EXPECT_THAT(terms("file:///a+b%25%2541"), ElementsAre(file("/a+b%%41")))
      << "decoded once, and a plus is a plus";
}

TEST(ParseQuery, AddressesAreImages) {
  EXPECT_THAT(terms("https://x.org/a-b+c.jpg?q=1:2&r=\"s\"#t"),
              ElementsAre(url("https://x.org/a-b+c.jpg?q=1:2&r=\"s\"#t")));
  EXPECT_THAT(terms("HTTP://x/a.jpg - http://y/b.jpg car"),
              ElementsAre(url("HTTP://x/a.jpg"), url("http://y/b.jpg", -1), words("car")));
  EXPECT_THAT(terms("http://x/a.jpg\u3000夜"), ElementsAre(url("http://x/a.jpg"), words("夜")));
}

TEST(ParseQuery, PathFiltersMayBeRepeatedAndStandAnywhere) {
  const Query query = parsed("path:2024/** red path:\"my photos\" car path:*.jpg");
  EXPECT_THAT(query.terms, ElementsAre(words("red car")))
      << "the words are read as if the filter were not there";
  EXPECT_THAT(query.filters.path_globs, ElementsAre("2024/**", "my photos", "*.jpg"));
}

TEST(ParseQuery, APatternKeepsItsCharacters) {
  EXPECT_THAT(parsed("car path:~/a-b+[!a-z]?\\*\"x").filters.path_globs,
              ElementsAre("~/a-b+[!a-z]?\\*\"x"));
  EXPECT_THAT(parsed("car path:“照片 \\” 2024”").filters.path_globs, ElementsAre("照片 ” 2024"));
}

TEST(ParseQuery, AFilterDoesNotComeBetweenAnOperatorAndItsNextTerm) {
  const Query query = parsed("beach path:x - people after:2024 here");
  EXPECT_THAT(query.terms, ElementsAre(words("beach"), words("people here", -1)));
}

TEST(ParseQuery, DatesAreTheBeginningOfWhatTheyName) {
  const QueryFilters filters = parsed("car after:2024-05 before:2024-06-15").filters;
  EXPECT_EQ(filters.taken_from_s, 1'714'521'600);
  EXPECT_EQ(filters.taken_before_s, 1'718'409'600);
  EXPECT_THAT(filters.path_globs, IsEmpty());
  EXPECT_EQ(parsed("car after:2024-05-06T07:08:09Z").filters.taken_from_s, 1'714'979'289);
  EXPECT_EQ(parsed("car before:\"2024\"").filters.taken_before_s, 1'704'067'200);
  EXPECT_EQ(parsed("before:1969 after:1968 car").filters.taken_from_s, -63'158'400);
}

TEST(ParseQuery, BytesThatAreNoUtf8AreTakenAsTheyAre) {
  EXPECT_THAT(terms("caf\xE9 \xFF"), ElementsAre(words("caf\xE9 \xFF")));
  EXPECT_THAT(terms("/a\xFF.jpg"), ElementsAre(file("/a\xFF.jpg")));
  EXPECT_THAT(parsed("car path:\xFF").filters.path_globs, ElementsAre("\xFF"));
  EXPECT_THAT(terms("a\0b"sv), ElementsAre(words("a\0b"s)));
}

TEST(ParseQuery, ExamplesAndWordsMix) {
  EXPECT_THAT(terms("2:\"red car\" - night + ./pool.jpg path:2024/** after:2024-05"),
              ElementsAre(words("red car", 2), words("night", -1), file("./pool.jpg")));
}

TEST(ParseQuery, TakesAsManyTermsAsAreAllowed) {
  std::string text = "a";
  for (std::size_t i = 1; i < kTermsMax; ++i) text += " + a";
  EXPECT_EQ(terms(text).size(), kTermsMax);
}

}  // namespace
}  // namespace clipdex::search
