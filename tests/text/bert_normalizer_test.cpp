#include "text/bert_normalizer.hpp"

#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

constexpr BertNormalizerOptions kNothing{
    .clean_text = false, .handle_chinese_chars = false, .strip_accents = false, .lowercase = false};

TEST(BertNormalizer, TakesOnlyTheStepsThatAreAskedFor) {
  const std::string text = "\xC3\x89t\xC3\xA9\t\xE7\xBA\xA2";
  EXPECT_EQ(BertNormalizer(kNothing).normalize(text), text);
  BertNormalizerOptions options = kNothing;
  options.clean_text = true;
  EXPECT_EQ(BertNormalizer(options).normalize(text), "\xC3\x89t\xC3\xA9 \xE7\xBA\xA2");
  options = kNothing;
  options.handle_chinese_chars = true;
  EXPECT_EQ(BertNormalizer(options).normalize("a\xE7\xBA\xA2\xE8\x89\xB2z"),
            "a \xE7\xBA\xA2  \xE8\x89\xB2 z");
  options = kNothing;
  options.strip_accents = true;
  EXPECT_EQ(BertNormalizer(options).normalize("\xC3\x89t\xC3\xA9"), "Ete");
  options = kNothing;
  options.lowercase = true;
  EXPECT_EQ(BertNormalizer(options).normalize("\xC3\x89T"), "\xC3\xA9t");
}

TEST(BertNormalizer, DropsControlCharactersAndKeepsBreaksAsSpaces) {
  const BertNormalizer normalizer{BertNormalizerOptions{}};
  EXPECT_EQ(normalizer.normalize(std::string("a\0b\x01"
                                             "c\r\n d\xEF\xBF\xBD",
                                             12)),
            "abc   d");
  EXPECT_EQ(normalizer.normalize("a\xE2\x80\x8B\xE3\x80\x80z"), "a z")
      << "a space without width is a format character, a wide one a space";
  EXPECT_EQ(normalizer.normalize(""), "");
}

}  // namespace
}  // namespace clipdex::text
