#include "text/byte_alphabet.hpp"

#include <gtest/gtest.h>

#include <set>

namespace clipdex::text {
namespace {

TEST(ByteAlphabet, GivesEveryByteACharacterOfItsOwn) {
  const std::set<std::string> characters(byte_alphabet().begin(), byte_alphabet().end());
  EXPECT_EQ(characters.size(), 256U);
}

TEST(ByteAlphabet, VisibleBytesStandForThemselvesAndOthersFromU0100On) {
  EXPECT_EQ(byte_alphabet()['!'], "!");
  EXPECT_EQ(byte_alphabet()['~'], "~");
  EXPECT_EQ(byte_alphabet()[0xE9], "\u00E9");
  EXPECT_EQ(byte_alphabet()[0x00], "\u0100");
  EXPECT_EQ(byte_alphabet()[' '], "\u0120");
  EXPECT_EQ(byte_alphabet()['\n'], "\u010A");
  EXPECT_EQ(byte_alphabet()[0x7F], "\u0121");
  EXPECT_EQ(byte_alphabet()[0xAD], "\u0143");
}

TEST(ByteAlphabet, TheVocabularyListsVisibleBytesFirst) {
  const std::vector<std::uint8_t> order = bytes_in_vocabulary_order();
  ASSERT_EQ(order.size(), 256U);
  EXPECT_EQ(order[0], '!');
  EXPECT_EQ(order[93], '~');
  EXPECT_EQ(order[94], 0xA1);
  EXPECT_EQ(order[187], 0xFF);
  EXPECT_EQ(order[188], 0x00);
  EXPECT_EQ(order[255], 0xAD);
}

}  // namespace
}  // namespace clipdex::text
