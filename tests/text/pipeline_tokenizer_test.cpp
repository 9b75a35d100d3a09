#include "text/pipeline_tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/small_tokenizer.hpp"

namespace clipdex::text {
namespace {

using std::string_view_literals::operator""sv;
using testing::ElementsAre;

std::unique_ptr<const Tokenizer> tokenizer_of(const nlohmann::json& document) {
  return parse_tokenizer_json(document.dump(), "small.json").value_or_throw();
}

std::vector<TokenId> encoded(std::string_view text) {
  return tokenizer_of(test::small_tokenizer())->encode(text);
}

TEST(PipelineTokenizer, AnEmptyTextGivesTheSpecialTokensAlone) {
  EXPECT_THAT(encoded(""), ElementsAre(9, 10));
  EXPECT_THAT(encoded(" \n"), ElementsAre(9, 10));
}

TEST(PipelineTokenizer, NormalizesCutsAndJoins) {
  EXPECT_THAT(encoded("ABC ab"), ElementsAre(9, 8, 7, 10));
  EXPECT_THAT(encoded("cab"), ElementsAre(9, 2, 7, 10));
  EXPECT_THAT(encoded("abab\t\na"), ElementsAre(9, 6, 7, 3, 10));
}

TEST(PipelineTokenizer, WhatItDoesNotKnowBecomesTheUnknownToken) {
  EXPECT_THAT(encoded("a\0b"sv), ElementsAre(9, 3, 10, 4, 10));
  EXPECT_THAT(encoded("z"), ElementsAre(9, 10, 10));
}

TEST(PipelineTokenizer, IllFormedUtf8IsReadAsTheReplacementCharacter) {
  EXPECT_EQ(encoded("ab\xFFz"), encoded("ab\uFFFDz"));
  EXPECT_EQ(encoded("\xE4\xB8"), encoded("\uFFFD"));
}

TEST(PipelineTokenizer, FindsAddedTokensInTheTextAndInTheNormalizedText) {
  EXPECT_THAT(encoded("a<|endoftext|>b"), ElementsAre(9, 3, 10, 4, 10));
  EXPECT_THAT(encoded("a<|STARTOFTEXT|>b"), ElementsAre(9, 3, 9, 4, 10));
  // The end token is sought in the text as it is given, so that this one is ordinary text.
  EXPECT_GT(encoded("<|ENDOFTEXT|>").size(), 3U);
}

TEST(PipelineTokenizer, NormalizesEachPieceBetweenTokensOnItsOwn) {
  nlohmann::json document = test::small_tokenizer();
  document["normalizer"] = {{"type", "Prepend"}, {"prepend", "a"}};
  EXPECT_THAT(tokenizer_of(document)->encode("b<|endoftext|>c"), ElementsAre(9, 7, 10, 0, 5, 10));
}

TEST(PipelineTokenizer, TellsItsEndItsTokensAndItsKind) {
  nlohmann::json document = test::small_tokenizer();
  document["added_tokens"].push_back({{"id", 11}, {"content", "<new>"}});
  const auto tokenizer = tokenizer_of(document);
  EXPECT_EQ(tokenizer->end_id(), 10);
  EXPECT_EQ(tokenizer->token_id("<|startoftext|>"), 9);
  EXPECT_EQ(tokenizer->token_id("<new>"), 11);
  EXPECT_EQ(tokenizer->token_id("abc</w>"), 8);
  EXPECT_EQ(tokenizer->token_id("abc"), std::nullopt);
  EXPECT_EQ(tokenizer->description(), "byte-pair, 12 tokens");
}

TEST(PipelineTokenizer, WithoutAPostProcessorNothingStandsAroundTheText) {
  nlohmann::json document = test::small_tokenizer();
  document["post_processor"] = nullptr;
  EXPECT_THAT(tokenizer_of(document)->encode("ab"), ElementsAre(7));
  EXPECT_EQ(tokenizer_of(document)->end_id(), std::nullopt);
}

TEST(PipelineTokenizer, TakesATextOfTenMegabytes) {
  std::string words;
  while (words.size() < 10'000'000) words += "abc cab ";
  EXPECT_EQ(encoded(words).size(), words.size() / 8 * 3 + 2);
}

TEST(PipelineTokenizer, TakesOneWordOfAMegabyte) {
  std::string word;
  while (word.size() < 1'000'000) word += "ab";
  EXPECT_EQ(encoded(word).size(), word.size() / 2 + 2);
}

TEST(PipelineTokenizer, RefusesATextBeyondTheLimit) {
  try {
    encoded(std::string(kTextBytesMax + 1, 'a'));
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::too_large);
    EXPECT_STREQ(exception.what(),
                 "a text has 16777217 bytes, and the limit is 16777216; give a shorter one");
  }
}

TEST(PipelineTokenizer, ServesManyThreadsAtOnce) {
  const auto tokenizer = tokenizer_of(test::small_tokenizer());
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        EXPECT_THAT(tokenizer->encode("ABC ab"), ElementsAre(9, 8, 7, 10));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace clipdex::text
