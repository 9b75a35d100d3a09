#include "text/word_piece.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

using ::testing::ElementsAre;

class WordPiece : public ::testing::Test {
 protected:
  static WordPieceModel model(std::size_t chars_max = 100) {
    Vocabulary vocabulary;
    TokenId id = 0;
    for (const char* token :
         {"[UNK]", "un", "##aff", "##able", "##a", "unaff", "\xC3\xA9", "##\xC3\xA9"}) {
      vocabulary.add(token, id++);
    }
    return WordPieceModel(std::move(vocabulary), {.max_input_chars_per_word = chars_max});
  }

  static std::vector<TokenId> ids(std::string_view word, std::size_t chars_max = 100) {
    std::vector<TokenId> ids;
    model(chars_max).tokenize(word, ids);
    return ids;
  }
};

TEST_F(WordPiece, TakesTheLongestTokenEachTime) {
  EXPECT_THAT(ids("unaffable"), ElementsAre(5, 3));
  EXPECT_THAT(ids("una"), ElementsAre(1, 4));
  EXPECT_THAT(ids("\xC3\xA9\xC3\xA9"), ElementsAre(6, 7)) << "it never cuts a code point";
  EXPECT_THAT(ids(""), ElementsAre());
}

TEST_F(WordPiece, AWordThatCannotBePutTogetherIsUnknownAsAWhole) {
  EXPECT_THAT(ids("unaffxable"), ElementsAre(0));
  EXPECT_THAT(ids("aff"), ElementsAre(0)) << "it only continues words";
}

TEST_F(WordPiece, ALongWordIsUnknownWithoutALook) {
  EXPECT_THAT(ids("unaff", 5), ElementsAre(5));
  EXPECT_THAT(ids("unaff", 4), ElementsAre(0));
  EXPECT_THAT(ids("\xC3\xA9\xC3\xA9", 2), ElementsAre(6, 7)) << "code points count, not bytes";
}

}  // namespace
}  // namespace clipdex::text
