#include "text/added_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/byte_pair.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Piece between(std::string_view text) { return {text, std::nullopt}; }

TEST(TokenFinder, WithoutTokensTheTextIsOnePiece) {
  EXPECT_THAT(TokenFinder({}).split("a b"), ElementsAre(between("a b")));
  EXPECT_THAT(TokenFinder({}).split(""), IsEmpty());
}

TEST(TokenFinder, FindsTokensBetweenTextAndSideBySide) {
  const TokenFinder finder({{.content = "<a>", .id = 1}, {.content = "<b>", .id = 2}});
  EXPECT_THAT(finder.split("x<a><b>y<a"),
              ElementsAre(between("x"), Piece{"<a>", 1}, Piece{"<b>", 2}, between("y<a")));
}

TEST(TokenFinder, TakesTheLongestOfTheLeftmost) {
  const TokenFinder finder(
      {{.content = "ab", .id = 1}, {.content = "abcd", .id = 2}, {.content = "bcde", .id = 3}});
  EXPECT_THAT(finder.split("abcde"), ElementsAre(Piece{"abcd", 2}, between("e")));
  EXPECT_THAT(finder.split("abce"), ElementsAre(Piece{"ab", 1}, between("ce")));
  EXPECT_THAT(finder.split("xbcde"), ElementsAre(between("x"), Piece{"bcde", 3}));
}

TEST(TokenFinder, AnEmptyTokenIsNeverFound) {
  EXPECT_THAT(TokenFinder({{.content = "", .id = 1}}).split("a"), ElementsAre(between("a")));
}

TEST(TokenFinder, ASingleWordIsFoundOnlyWhereNoWordTouchesIt) {
  const TokenFinder finder({{.content = "cat", .id = 1, .single_word = true}});
  EXPECT_THAT(finder.split("cat-cat"), ElementsAre(Piece{"cat", 1}, between("-"), Piece{"cat", 1}));
  EXPECT_THAT(finder.split("bobcat cats"), ElementsAre(between("bobcat cats")));
}

TEST(TokenFinder, TakesWhiteSpaceAlongOnTheSidesThatWereAskedFor) {
  const TokenFinder left({{.content = "<m>", .id = 1, .lstrip = true}});
  EXPECT_THAT(left.split("a \u3000<m> b"),
              ElementsAre(between("a"), Piece{" \u3000<m>", 1}, between(" b")));
  const TokenFinder right({{.content = "<m>", .id = 1, .rstrip = true}});
  EXPECT_THAT(right.split("a <m> \nb"),
              ElementsAre(between("a "), Piece{"<m> \n", 1}, between("b")));
}

TEST(TokenFinder, SpaceThatOneTokenTookIsNotTakenAgain) {
  const TokenFinder both({{.content = "<m>", .id = 1, .lstrip = true, .rstrip = true}});
  EXPECT_THAT(both.split("<m>  <m>"), ElementsAre(Piece{"<m>  ", 1}, Piece{"<m>", 1}));
}

class AddedTokensTest : public testing::Test {
 protected:
  static BytePairModel model() {
    Vocabulary vocabulary;
    for (const char* token : {"a", "b", "<end>"}) {
      vocabulary.add(token, static_cast<TokenId>(vocabulary.size()));
    }
    return {std::move(vocabulary), {}, 0};
  }
  LowercaseNormalizer lowercase_;
};

TEST_F(AddedTokensTest, TakeTheIdOfTheModelOrTheNextFreeOne) {
  const AddedTokens tokens({{.content = "<end>"}, {.content = "<x>"}, {.content = "<y>"}}, model(),
                           lowercase_);
  EXPECT_EQ(tokens.find("<end>"), 2);
  EXPECT_EQ(tokens.find("<x>"), 3);
  EXPECT_EQ(tokens.find("<y>"), 4);
  EXPECT_EQ(tokens.find("a"), std::nullopt);
  EXPECT_EQ(tokens.count_beyond_model(), 2U);
}

TEST_F(AddedTokensTest, AreSoughtNormalizedWhereTheySaySo) {
  const AddedTokens tokens(
      {{.content = "<RAW>", .normalized = false}, {.content = "<LOW>", .normalized = true}},
      model(), lowercase_);
  EXPECT_THAT(tokens.in_raw_text().split("<RAW><LOW>"),
              ElementsAre(Piece{"<RAW>", 3}, between("<LOW>")));
  EXPECT_THAT(tokens.in_normalized_text().split("<raw><low>"),
              ElementsAre(between("<raw>"), Piece{"<low>", 4}));
}

TEST_F(AddedTokensTest, TheLaterOfTwoEqualContentsCounts) {
  const AddedTokens tokens(
      {{.content = "<x>", .rstrip = false}, {.content = "<x>", .rstrip = true}}, model(),
      lowercase_);
  EXPECT_THAT(tokens.in_raw_text().split("<x> "), ElementsAre(Piece{"<x> ", 3}));
  EXPECT_EQ(tokens.count_beyond_model(), 1U);
}

}  // namespace
}  // namespace clipdex::text
