#include "search/lexicon.hpp"

#include <gtest/gtest.h>

#include <string>

namespace clipdex::search {
namespace {

using std::string_view_literals::operator""sv;

TEST(BlankSize, AsciiWhiteSpaceTakesOneByteAndTheIdeographicSpaceThree) {
  for (const char blank : " \t\n\v\f\r"sv) EXPECT_EQ(blank_size(std::string{blank, 'x'}), 1U);
  EXPECT_EQ(blank_size("\u3000"), 3U);
  EXPECT_EQ(blank_size("\u3000\u3000x"), 3U);
}

TEST(BlankSize, OtherCharactersAreNoBlanks) {
  EXPECT_EQ(blank_size(""), 0U);
  EXPECT_EQ(blank_size("x "), 0U);
  EXPECT_EQ(blank_size("\0"sv), 0U);
  EXPECT_EQ(blank_size("\b"), 0U);
  EXPECT_EQ(blank_size("\x0E"), 0U);
  EXPECT_EQ(blank_size("\x7F"), 0U);
  EXPECT_EQ(blank_size("\u00A0"), 0U) << "a no-break space holds a name together";
  EXPECT_EQ(blank_size("\u3001"), 0U) << "the ideographic comma shares two bytes with the space";
  EXPECT_EQ(blank_size("\xE3\x80"), 0U) << "an ideographic space that was cut off";
}

TEST(WordSize, CountsTheBytesBeforeTheFirstBlank) {
  EXPECT_EQ(word_size("red car"), 3U);
  EXPECT_EQ(word_size("red"), 3U);
  EXPECT_EQ(word_size("红车\u3000夜"), 6U);
  EXPECT_EQ(word_size("a\tb"), 1U);
  EXPECT_EQ(word_size(" red"), 0U);
  EXPECT_EQ(word_size(""), 0U);
}

TEST(IsBlank, IsTrueOfBlanksAloneAndOfNothing) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n"));
  EXPECT_TRUE(is_blank("\u3000 \u3000"));
  EXPECT_FALSE(is_blank(" x "));
  EXPECT_FALSE(is_blank("\xE3\x80"));
}

TEST(BeginsLikePath, WantsMoreThanTheBeginning) {
  for (const char* const path : {"./a", "../a", "/a", "~/a", ".//", "//", "/。"}) {
    EXPECT_TRUE(begins_like_path(path)) << path;
  }
  for (const char* const other : {"", ".", "..", "~", "/", "./", "../", "~/", "/ a", "./\u3000a",
                                  "a/b", "~a/b", ".a/b", "...", ".../a", "\\a", "C:/a"}) {
    EXPECT_FALSE(begins_like_path(other)) << other;
  }
}

TEST(BeginsLikeUrl, TakesHttpAndHttpsInLettersOfAnyCase) {
  for (const char* const url : {"http://a", "https://a", "HTTP://a", "hTTpS://a"}) {
    EXPECT_TRUE(begins_like_url(url)) << url;
  }
  for (const char* const other :
       {"", "http", "http:", "http:/a", "http://", "https://", "https:// a", "ftp://a", "file:///a",
        " http://a", "httpss://a", "xhttp://a"}) {
    EXPECT_FALSE(begins_like_url(other)) << other;
  }
}

TEST(QuotesAt, KnowsThreePairs) {
  const auto closing = [](std::string_view text) {
    const Quotes* const quotes = quotes_at(text);
    return quotes == nullptr ? "none"sv : quotes->close;
  };
  EXPECT_EQ(closing("\"a\""), "\"");
  EXPECT_EQ(closing("“a”"), "”");
  EXPECT_EQ(closing("「a」"), "」");
  EXPECT_EQ(closing(""), "none");
  EXPECT_EQ(closing("a\""), "none");
  EXPECT_EQ(closing("'a'"), "none");
  EXPECT_EQ(closing("”a“"), "none") << "a closing quote opens nothing";
  EXPECT_EQ(closing("」"), "none");
  EXPECT_EQ(closing("\xE2\x80"), "none") << "a quote that was cut off";
}

}  // namespace
}  // namespace clipdex::search
