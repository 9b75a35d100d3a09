#include "text/pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;

std::vector<Segment> segments_of(const Pattern& pattern, std::string_view text) {
  return pattern.matcher()->segments(text);
}

TEST(Pattern, AnEmptyTextIsOneSegmentWithoutAMatch) {
  EXPECT_THAT(segments_of(*compile_regex("a*"), ""), ElementsAre(Segment{0, 0, false}));
  EXPECT_THAT(segments_of(*literal_pattern("a"), ""), ElementsAre(Segment{0, 0, false}));
}

TEST(Pattern, CoversTheTextWithMatchesAndWhatLiesBetween) {
  const auto expected = ElementsAre(Segment{0, 2, true}, Segment{2, 3, false}, Segment{3, 5, true},
                                    Segment{5, 7, true}, Segment{7, 8, false});
  EXPECT_THAT(segments_of(*literal_pattern("ab"), "abxababx"), expected);
  EXPECT_THAT(segments_of(*compile_regex("ab"), "abxababx"), expected);
}

TEST(Pattern, OffsetsAreBytesAlsoBeyondAscii) {
  EXPECT_THAT(segments_of(*compile_regex("\\p{L}+"), "\u4E2D\U0001F600\u00E9"),
              ElementsAre(Segment{0, 3, true}, Segment{3, 7, false}, Segment{7, 9, true}));
}

TEST(Pattern, ALiteralIsNoExpression) {
  EXPECT_THAT(segments_of(*literal_pattern("a.c"), "abca.c"),
              ElementsAre(Segment{0, 3, false}, Segment{3, 6, true}));
}

TEST(Pattern, AnEmptyMatchRightBehindAnotherMatchIsLeftOut) {
  EXPECT_THAT(segments_of(*compile_regex("a*"), "ab"),
              ElementsAre(Segment{0, 1, true}, Segment{1, 2, false}, Segment{2, 2, true}));
}

TEST(Pattern, WhiteSpaceIsWhatUnicodeCallsSo) {
  const auto space = compile_regex("\\s");
  for (const char* yes : {"\t", "\v", "\f", "\r", " ", "\u0085", "\u00A0", "\u1680", "\u2028",
                          "\u202F", "\u205F", "\u3000"}) {
    EXPECT_TRUE(segments_of(*space, yes).front().is_match) << yes;
  }
  for (const char* no : {"\x1C", "\x1F", "\u180E", "\u200B", "\uFEFF"}) {
    EXPECT_FALSE(segments_of(*space, no).front().is_match) << no;
  }
}

TEST(Pattern, TakesMegabytesOfOneKindOfCharacter) {
  const std::string spaces(std::size_t{4} << 20, ' ');
  EXPECT_THAT(segments_of(*compile_regex("\\s+(?!\\S)|\\s+"), spaces),
              ElementsAre(Segment{0, spaces.size(), true}));
  const std::string letters(std::size_t{4} << 20, 'a');
  EXPECT_THAT(segments_of(*compile_regex("\\d+|[^\\s\\d]+"), letters),
              ElementsAre(Segment{0, letters.size(), true}));
}

TEST(Pattern, AClassMeansTheSameInsideASetInsideAQuoteAndBare) {
  const auto expected = ElementsAre(Segment{0, 1, false}, Segment{1, 2, true});
  for (const char* expression : {"\\s", "[\\s]", "[x[\\s]]", "\\S(?<=\\s)|\\s", "[^\\S]"}) {
    EXPECT_THAT(segments_of(*compile_regex(expression), "s "), expected) << expression;
  }
  EXPECT_THAT(segments_of(*compile_regex("\\Q\\s\\E"), "\\s "),
              ElementsAre(Segment{0, 2, true}, Segment{2, 3, false}));
  EXPECT_THAT(segments_of(*compile_regex("\\\\s"), "\\s"), ElementsAre(Segment{0, 2, true}));
}

TEST(Pattern, OneMatcherTakesTextAfterText) {
  const auto pattern = compile_regex("b");
  const auto matcher = pattern->matcher();
  EXPECT_THAT(matcher->segments("ab"), ElementsAre(Segment{0, 1, false}, Segment{1, 2, true}));
  EXPECT_THAT(matcher->segments("b"), ElementsAre(Segment{0, 1, true}));
}

TEST(Pattern, AnExpressionThatIsNotValidIsRefusedWithItsText) {
  try {
    compile_regex("[a");
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::corrupt);
    EXPECT_THAT(exception.what(),
                testing::StartsWith("its regular expression \"[a\" is not valid (U_REGEX_"));
  }
}

TEST(Pattern, AnEmptyLiteralIsRefused) { EXPECT_THROW(literal_pattern(""), Exception); }

TEST(Pattern, AnExpressionThatBacktracksWithoutEndGivesUpWithAMessage) {
  const auto pattern = compile_regex("(a+)+b");
  try {
    segments_of(*pattern, std::string(64, 'a'));
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::too_large);
    EXPECT_THAT(exception.what(), testing::HasSubstr("gave up on a text of 64 bytes"));
  }
}

}  // namespace
}  // namespace clipdex::text
