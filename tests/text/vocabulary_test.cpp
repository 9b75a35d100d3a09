#include "text/vocabulary.hpp"

#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

TEST(Vocabulary, IsEmptyAtFirst) {
  const Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.size(), 0U);
  EXPECT_EQ(vocabulary.find("a"), std::nullopt);
  EXPECT_EQ(vocabulary.find(""), std::nullopt);
}

TEST(Vocabulary, FindsEveryTokenThatWasAddedAndNoOther) {
  Vocabulary vocabulary;
  for (TokenId id = 0; id < 5000; ++id) vocabulary.add("token" + std::to_string(id), 2 * id);
  EXPECT_EQ(vocabulary.size(), 5000U);
  for (TokenId id = 0; id < 5000; ++id) {
    EXPECT_EQ(vocabulary.find("token" + std::to_string(id)), 2 * id);
  }
  EXPECT_EQ(vocabulary.find("token5000"), std::nullopt);
  EXPECT_EQ(vocabulary.find("token"), std::nullopt);
}

TEST(Vocabulary, HoldsMoreThanItWasReservedFor) {
  Vocabulary vocabulary;
  vocabulary.reserve(1, 1);
  for (TokenId id = 0; id < 100; ++id) vocabulary.add(std::to_string(id), id);
  for (TokenId id = 0; id < 100; ++id) EXPECT_EQ(vocabulary.find(std::to_string(id)), id);
}

TEST(Vocabulary, TheLaterOfTwoEqualContentsCounts) {
  Vocabulary vocabulary;
  vocabulary.add("a", 1);
  vocabulary.add("a", 2);
  EXPECT_EQ(vocabulary.size(), 1U);
  EXPECT_EQ(vocabulary.find("a"), 2);
}

TEST(Vocabulary, TakesTheEmptyContentAndNulBytes) {
  using std::string_view_literals::operator""sv;
  Vocabulary vocabulary;
  vocabulary.add("", 7);
  vocabulary.add("a\0b"sv, 8);
  EXPECT_EQ(vocabulary.find(""), 7);
  EXPECT_EQ(vocabulary.find("a\0b"sv), 8);
  EXPECT_EQ(vocabulary.find("a"), std::nullopt);
}

}  // namespace
}  // namespace clipdex::text
