#include "text/unigram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace clipdex::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Token {
  std::string content;
  double score;
};

UnigramModel model(const std::vector<Token>& tokens, UnigramModel::Options options = {0, false}) {
  Vocabulary vocabulary;
  std::vector<double> scores;
  std::size_t longest = 0;
  for (const Token& token : tokens) {
    vocabulary.add(token.content, static_cast<TokenId>(scores.size()));
    scores.push_back(token.score);
    longest = std::max(longest, token.content.size());
  }
  return UnigramModel(std::move(vocabulary), std::move(scores), longest, options);
}

std::vector<TokenId> ids(const UnigramModel& model, std::string_view word) {
  std::vector<TokenId> ids;
  model.tokenize(word, ids);
  return ids;
}

const std::vector<Token> kTokens{{"<unk>", 0}, {"a", -1},   {"b", -2},
                                 {"ab", -2.5}, {"aba", -3}, {"bab", -9}};

TEST(Unigram, TakesTheWayWithTheGreatestSum) {
  EXPECT_THAT(ids(model(kTokens), "ab"), ElementsAre(3));
  EXPECT_THAT(ids(model(kTokens), "aba"), ElementsAre(4));
  EXPECT_THAT(ids(model(kTokens), "abab"), ElementsAre(3, 3)) << "-5 beats aba and b, also -5";
  EXPECT_THAT(ids(model(kTokens), ""), ElementsAre());
}

TEST(Unigram, FindsTheBestOfAllWaysToCutRandomWords) {
  const UnigramModel unigram = model(kTokens);
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string word;
    for (unsigned length = 1 + random() % 9; word.size() < length;) word += "ab"[random() % 2];
    double taken = 0;
    std::string whole;
    for (const TokenId id : ids(unigram, word)) {
      taken += kTokens[static_cast<std::size_t>(id)].score;
      whole += kTokens[static_cast<std::size_t>(id)].content;
    }
    EXPECT_EQ(whole, word);
    double best = -1e9;
    for (unsigned cuts = 0; cuts < 1U << (word.size() - 1); ++cuts) {
      double sum = 0;
      std::size_t begin = 0;
      for (std::size_t end = 1; end <= word.size(); ++end) {
        if (end < word.size() && (cuts >> (end - 1) & 1) == 0) continue;
        const auto id = unigram.token_id(word.substr(begin, end - begin));
        sum += id ? kTokens[static_cast<std::size_t>(*id)].score : -1e6;
        begin = end;
      }
      best = std::max(best, sum);
    }
    EXPECT_NEAR(taken, best, 1e-9) << word;
  }
}

TEST(Unigram, NeighboursThatAreUnknownGiveOneId) {
  EXPECT_THAT(ids(model(kTokens), "axyza"), ElementsAre(1, 0, 1));
  EXPECT_THAT(ids(model(kTokens), "\xE6\xB5\xB7"), ElementsAre(0));
}

TEST(Unigram, UnknownPartsFallBackToBytesWhereAllOfThemAreTokens) {
  const std::vector<Token> tokens{{"<unk>", 0}, {"a", -1}, {"<0x78>", 0}, {"<0xC3>", 0}};
  const UnigramModel unigram = model(tokens, {0, true});
  EXPECT_THAT(ids(unigram, "axx"), ElementsAre(1, 2, 2));
  EXPECT_THAT(ids(unigram, "\xC3\xA9"), ElementsAre(0)) << "its second byte is no token";
}

TEST(Unigram, WithoutAnUnknownIdATextThatNeedsOneIsRefused) {
  const UnigramModel unigram = model({{"a", -1}}, {std::nullopt, false});
  EXPECT_THAT(ids(unigram, "aa"), ElementsAre(0, 0));
  EXPECT_THAT([&] { ids(unigram, "b"); },
              ThrowsMessage<Exception>(HasSubstr("has no token for \"b\" and none for what")));
}

}  // namespace
}  // namespace clipdex::text
