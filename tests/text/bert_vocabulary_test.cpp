#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/places.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\nred\n##s\n\xE7\xBA\xA2\n,\n[MASK]\n";

TEST(BertVocabulary, ALineIsATokenAndItsNumberTheId) {
  const auto tokenizer = parse_bert_vocabulary(kVocabulary, "vocab.txt").value_or_throw();
  EXPECT_THAT(tokenizer->encode("Red, reds \xE7\xBA\xA2"), ElementsAre(2, 4, 7, 4, 5, 6, 3));
  EXPECT_THAT(tokenizer->encode(""), ElementsAre(2, 3));
  EXPECT_THAT(tokenizer->encode("blue"), ElementsAre(2, 1, 3));
  EXPECT_THAT(tokenizer->encode("a[MASK]"), ElementsAre(2, 1, 8, 3));
  EXPECT_EQ(tokenizer->end_id(), 3);
  EXPECT_EQ(tokenizer->token_id("[PAD]"), 0);
}

TEST(BertVocabulary, LinesMayEndAsOnWindows) {
  const test::TemporaryDirectory directory;
  test::write_text(directory.path() / "vocab.txt", "[UNK]\r\n[CLS]\r\n[SEP]\r\nred");
  const auto tokenizer = load_bert_vocabulary(directory.path() / "vocab.txt").value_or_throw();
  EXPECT_THAT(tokenizer->encode("red"), ElementsAre(1, 3, 2));
}

TEST(BertVocabulary, AFileOfSomethingElseIsASentence) {
  const auto tokenizer = parse_bert_vocabulary("a\nb\n", "words.txt");
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::corrupt);
  EXPECT_EQ(tokenizer.error().message,
            "words.txt is not BERT's list of tokens: it has no line [CLS]; fetch vocab.txt again "
            "from where the model came from");
  EXPECT_EQ(load_bert_vocabulary("/nosuch/vocab.txt").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace clipdex::text
