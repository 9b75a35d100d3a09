#include "text/normalizer.hpp"

#include <gtest/gtest.h>

#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

using Form = UnicodeNormalizer::Form;

TEST(Normalizer, AnEmptySequenceLeavesTheTextAsItIs) {
  EXPECT_EQ(NormalizerSequence({}).normalize("E\u0301 "), "E\u0301 ");
}

TEST(Normalizer, ASequenceRunsInOrder) {
  std::vector<std::unique_ptr<const Normalizer>> steps;
  steps.push_back(std::make_unique<LowercaseNormalizer>());
  steps.push_back(std::make_unique<ReplaceNormalizer>(literal_pattern("a"), "X"));
  EXPECT_EQ(NormalizerSequence(std::move(steps)).normalize("AbA"), "XbX");
}

TEST(Normalizer, TheFourFormsComposeAndDecompose) {
  EXPECT_EQ(UnicodeNormalizer(Form::nfc).normalize("e\u0301\uFB01"), "\u00E9\uFB01");
  EXPECT_EQ(UnicodeNormalizer(Form::nfd).normalize("\u00E9\uFB01"), "e\u0301\uFB01");
  EXPECT_EQ(UnicodeNormalizer(Form::nfkc).normalize("e\u0301\uFB01"), "\u00E9fi");
  EXPECT_EQ(UnicodeNormalizer(Form::nfkd).normalize("\u00E9\uFB01"), "e\u0301fi");
  EXPECT_EQ(UnicodeNormalizer(Form::nfc).normalize(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(UnicodeNormalizer(Form::nfc).normalize(""), "");
}

TEST(Normalizer, LowersEachCodePointOnItsOwn) {
  const LowercaseNormalizer lowercase;
  EXPECT_EQ(lowercase.normalize("ABC \u00C9 \u0416 \U00010400"), "abc \u00E9 \u0436 \U00010428");
  // Neither a final sigma nor a locale, but the full mapping of the capital I with a dot.
  EXPECT_EQ(lowercase.normalize("\u039F\u03A3 I\u0130"), "\u03BF\u03C3 ii\u0307");
}

TEST(Normalizer, ReplacesEveryMatchByTheContentAsItIs) {
  EXPECT_EQ(ReplaceNormalizer(compile_regex("\\s+"), " ").normalize("a \t\u3000b\n"), "a b ");
  EXPECT_EQ(ReplaceNormalizer(compile_regex("(a)"), "$1\\1").normalize("ba"), "b$1\\1");
  EXPECT_EQ(ReplaceNormalizer(literal_pattern("."), "").normalize("a.b."), "ab");
  EXPECT_EQ(ReplaceNormalizer(literal_pattern("a"), "x").normalize(""), "");
}

TEST(Normalizer, ATextThatReplacingBlowsUpIsRefused) {
  const ReplaceNormalizer blow_up(literal_pattern("a"), std::string(1 << 20, 'a'));
  try {
    blow_up.normalize(std::string(1000, 'a'));
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::too_large);
    EXPECT_STREQ(exception.what(),
                 "the tokenizer's replacements make a text longer than 268435456 "
                 "bytes; give it a shorter text");
  }
}

TEST(Normalizer, StripsWhiteSpaceAtTheEdgesThatWereAskedFor) {
  EXPECT_EQ(StripNormalizer(true, true).normalize(" \u3000a b\n"), "a b");
  EXPECT_EQ(StripNormalizer(true, false).normalize(" a "), "a ");
  EXPECT_EQ(StripNormalizer(false, true).normalize(" a "), " a");
  EXPECT_EQ(StripNormalizer(true, true).normalize("  "), "");
}

TEST(Normalizer, PrependsToATextThatIsNotEmpty) {
  EXPECT_EQ(PrependNormalizer("_").normalize("a"), "_a");
  EXPECT_EQ(PrependNormalizer("_").normalize(""), "");
}

}  // namespace
}  // namespace clipdex::text
