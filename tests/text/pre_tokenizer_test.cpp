#include "text/pre_tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words_of(const PreTokenizer& pre_tokenizer, std::string_view text) {
  Words words{.text = std::string(text), .spans = {{0, text.size()}}};
  pre_tokenizer.cut(words);
  std::vector<std::string> all;
  for (const Words::Span& span : words.spans) all.emplace_back(words.word(span));
  return all;
}

std::vector<std::string> split(std::string_view text, SplitBehavior behavior,
                               bool inverted = false) {
  return words_of(SplitPreTokenizer(literal_pattern("-"), behavior, inverted), text);
}

TEST(PreTokenizer, AnEmptySequenceLeavesTheWordsAsTheyAre) {
  EXPECT_THAT(words_of(PreTokenizerSequence({}), "a b"), ElementsAre("a b"));
}

// The example of the reference library's documentation for these five.
TEST(Split, TreatsTheDelimitersAsAsked) {
  constexpr std::string_view kText = "the-final--countdown";
  EXPECT_THAT(split(kText, SplitBehavior::removed), ElementsAre("the", "final", "countdown"));
  EXPECT_THAT(split(kText, SplitBehavior::isolated),
              ElementsAre("the", "-", "final", "-", "-", "countdown"));
  EXPECT_THAT(split(kText, SplitBehavior::merged_with_previous),
              ElementsAre("the-", "final-", "-", "countdown"));
  EXPECT_THAT(split(kText, SplitBehavior::merged_with_next),
              ElementsAre("the", "-final", "-", "-countdown"));
  EXPECT_THAT(split(kText, SplitBehavior::contiguous),
              ElementsAre("the", "-", "final", "--", "countdown"));
}

TEST(Split, InvertedTheMatchesAreWhatStays) {
  EXPECT_THAT(split("a--b", SplitBehavior::removed, true), ElementsAre("-", "-"));
}

TEST(Split, ATextOfDelimitersOnlyGivesNoWord) {
  EXPECT_THAT(split("--", SplitBehavior::removed), IsEmpty());
  EXPECT_THAT(split("", SplitBehavior::isolated), IsEmpty());
}

TEST(ByteLevel, CutsByTheSharedExpressionAndWritesBytesAsCharacters) {
  EXPECT_THAT(words_of(ByteLevelPreTokenizer(false, true), "it's \u00E9  42!"),
              ElementsAre("it", "'s", "\u0120\u00C3\u00A9", "\u0120", "\u012042", "!"));
}

TEST(ByteLevel, WithoutTheExpressionTheWordStaysWhole) {
  EXPECT_THAT(words_of(ByteLevelPreTokenizer(false, false), "a b"), ElementsAre("a\u0120b"));
}

TEST(ByteLevel, PutsASpaceBeforeAWordThatHasNone) {
  EXPECT_THAT(words_of(ByteLevelPreTokenizer(true, true), "a b"),
              ElementsAre("\u0120a", "\u0120b"));
  EXPECT_THAT(words_of(ByteLevelPreTokenizer(true, true), " a"), ElementsAre("\u0120a"));
}

TEST(PreTokenizerSequence, EachStepCutsTheWordsOfTheOneBefore) {
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  steps.push_back(
      std::make_unique<SplitPreTokenizer>(literal_pattern("-"), SplitBehavior::removed, false));
  steps.push_back(std::make_unique<ByteLevelPreTokenizer>(true, true));
  EXPECT_THAT(words_of(PreTokenizerSequence(std::move(steps)), "a-b c"),
              ElementsAre("\u0120a", "\u0120b", "\u0120c"));
}

}  // namespace
}  // namespace clipdex::text
