#include "text/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

TEST(Vocabulary, TellsContentsOfEveryLengthApart) {
  std::vector<std::string> contents;
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string content(length, 'a');
      content[place] = 'b';
      contents.push_back(content);
    }
  }
  Vocabulary vocabulary;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    vocabulary.add(contents[i], static_cast<TokenId>(i));
  }
  EXPECT_EQ(vocabulary.size(), contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ(vocabulary.find(contents[i]), static_cast<TokenId>(i)) << contents[i];
  }
  for (std::size_t length = 0; length <= 41; ++length) {
    EXPECT_EQ(vocabulary.find(std::string(length, 'a')), std::nullopt) << length;
  }
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
