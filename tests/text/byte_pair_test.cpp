#include "text/byte_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Merges = std::vector<std::pair<std::string, std::string>>;

/// A model whose ids count its tokens from 0.
BytePairModel model_of(const std::vector<std::string>& tokens, const Merges& merges,
                       BytePairOptions options = {}) {
  Vocabulary vocabulary;
  for (const std::string& token : tokens) {
    vocabulary.add(token, static_cast<TokenId>(vocabulary.size()));
  }
  BytePairModel model(std::move(vocabulary), std::move(options), merges.size());
  for (const auto& [left, right] : merges) model.add_merge(left, right);
  return model;
}

std::vector<TokenId> ids_of(const BytePairModel& model, std::string_view word) {
  std::vector<TokenId> ids;
  model.tokenize(word, ids);
  return ids;
}

TEST(MergeTable, FindsWhatWasAddedAlsoBeyondWhatItWasMadeFor) {
  MergeTable table(0);
  for (TokenId id = 0; id < 1000; ++id)
    table.add(id, id + 1, {static_cast<std::uint32_t>(id), 2 * id});
  for (TokenId id = 0; id < 1000; ++id) {
    ASSERT_NE(table.find(id, id + 1), nullptr);
    EXPECT_EQ(table.find(id, id + 1)->merged, 2 * id);
    EXPECT_EQ(table.find(id + 1, id), nullptr);
  }
}

TEST(BytePair, AnEmptyWordGivesNothing) { EXPECT_THAT(ids_of(model_of({"a"}, {}), ""), IsEmpty()); }

TEST(BytePair, TheLowestRankIsJoinedFirstWhereverItStands) {
  const auto model = model_of({"a", "b", "c", "bc", "ab"}, {{"b", "c"}, {"a", "b"}});
  EXPECT_THAT(ids_of(model, "abc"), ElementsAre(0, 3));
  EXPECT_THAT(ids_of(model, "abab"), ElementsAre(4, 4));
}

TEST(BytePair, OfEqualRanksTheLeftmostIsJoinedFirst) {
  const auto model = model_of({"a", "aa"}, {{"a", "a"}});
  EXPECT_THAT(ids_of(model, "aaa"), ElementsAre(1, 0));
}

TEST(BytePair, TheEndOfAWordHasTokensOfItsOwn) {
  BytePairOptions options;
  options.end_of_word_suffix = "</w>";
  const auto model = model_of({"a", "a</w>", "aa</w>"}, {{"a", "a</w>"}}, options);
  EXPECT_THAT(ids_of(model, "a"), ElementsAre(1));
  EXPECT_THAT(ids_of(model, "aaa"), ElementsAre(0, 2));
}

TEST(BytePair, TheContinuingPrefixStandsOnceInAJoinedToken) {
  BytePairOptions options;
  options.continuing_subword_prefix = "##";
  const auto model =
      model_of({"a", "##b", "##c", "##bc", "abc"}, {{"##b", "##c"}, {"a", "##bc"}}, options);
  EXPECT_THAT(ids_of(model, "abc"), ElementsAre(4));
  EXPECT_THAT(ids_of(model, "ab"), ElementsAre(0, 1));
}

TEST(BytePair, AnUnknownCharacterBecomesTheUnknownTokenOrNothing) {
  BytePairOptions options;
  EXPECT_THAT(ids_of(model_of({"a"}, {}, options), "a\xC3\xA9z"), ElementsAre(0));
  options.unknown_id = 9;
  EXPECT_THAT(ids_of(model_of({"a"}, {}, options), "a\xC3\xA9za"), ElementsAre(0, 9, 9, 0));
  options.fuse_unknown = true;
  EXPECT_THAT(ids_of(model_of({"a"}, {}, options), "a\xC3\xA9zaz"), ElementsAre(0, 9, 0, 9));
}

TEST(BytePair, ByteFallbackTakesAllBytesOfACharacterOrNone) {
  BytePairOptions options;
  options.byte_fallback = true;
  options.unknown_id = 9;
  const auto model = model_of({"a", "<0xC3>", "<0xA9>"}, {}, options);
  EXPECT_THAT(ids_of(model, "a\xC3\xA9"), ElementsAre(0, 1, 2));
  EXPECT_THAT(ids_of(model, "a\xC3\xA8"), ElementsAre(0, 9));
}

TEST(BytePair, AWordThatIsATokenIsNotTakenApartWhereMergesAreIgnored) {
  BytePairOptions options;
  EXPECT_THAT(ids_of(model_of({"a", "b", "ab"}, {}, options), "ab"), ElementsAre(0, 1));
  options.ignore_merges = true;
  EXPECT_THAT(ids_of(model_of({"a", "b", "ab"}, {}, options), "ab"), ElementsAre(2));
}

TEST(BytePair, AMergeThatNeedsAnUnknownTokenIsRefusedByName) {
  try {
    model_of({"a", "b", "ab"}, {{"a", "b"}, {"ab", "a"}});
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::corrupt);
    EXPECT_STREQ(exception.what(),
                 "its merge number 2 needs the token \"aba\", which its vocabulary does not have");
  }
}

/// The definition, followed to the letter: look at all pairs, join the best, repeat.
std::vector<std::string> join_slowly(std::vector<std::string> symbols, const Merges& merges) {
  while (true) {
    std::size_t best_rank = merges.size();
    std::size_t best_at = 0;
    for (std::size_t at = 0; at + 1 < symbols.size(); ++at) {
      for (std::size_t rank = 0; rank < best_rank; ++rank) {
        if (merges[rank] == std::pair(symbols[at], symbols[at + 1])) best_rank = rank, best_at = at;
      }
    }
    if (best_rank == merges.size()) return symbols;
    symbols[best_at] += symbols[best_at + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
  }
}

TEST(BytePair, JoinsRandomWordsAsTheDefinitionDoes) {
  std::minstd_rand random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> tokens{"a", "b", "c"};
    Merges merges;
    while (merges.size() < 20) {
      const std::string left = tokens[random() % tokens.size()];
      const std::string right = tokens[random() % tokens.size()];
      if (std::count(merges.begin(), merges.end(), std::pair(left, right)) > 0) continue;
      merges.emplace_back(left, right);
      if (std::count(tokens.begin(), tokens.end(), left + right) == 0)
        tokens.push_back(left + right);
    }
    const auto model = model_of(tokens, merges);
    for (int word_number = 0; word_number < 40; ++word_number) {
      std::vector<std::string> characters(1 + random() % 60);
      std::string word;
      for (std::string& character : characters) word += character = tokens[random() % 3];
      std::vector<TokenId> expected;
      for (const std::string& token : join_slowly(characters, merges)) {
        expected.push_back(*model.token_id(token));
      }
      ASSERT_EQ(ids_of(model, word), expected) << word;
    }
  }
}

TEST(BytePair, TakesAWordOfAMillionCharactersLikeAShortOne) {
  const auto model = model_of({"a", "aa", "aaaa"}, {{"a", "a"}, {"aa", "aa"}});
  const std::vector<TokenId> ids = ids_of(model, std::string(1 << 20, 'a'));
  EXPECT_EQ(ids, std::vector<TokenId>(1 << 18, 2));
}

}  // namespace
}  // namespace clipdex::text
