#include <gtest/gtest.h>

#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

TEST(CleanText, LeavesATextAloneUnlessAskedFor) {
  EXPECT_EQ(clean_text(" A  b! ", TextCleaning::none), " A  b! ");
}

TEST(CleanText, JoinsWordsWithOneSpace) {
  EXPECT_EQ(clean_text("\t A \n b\u3000\u00A0c! ", TextCleaning::whitespace), "A b c!");
  EXPECT_EQ(clean_text("   ", TextCleaning::whitespace), "");
  EXPECT_EQ(clean_text("", TextCleaning::whitespace), "");
}

TEST(CleanText, CanonicalTextHasNoPunctuationAndNoCapitals) {
  EXPECT_EQ(clean_text("A red-hot, \"CAR\"!  (\u00C9t\u00C9)", TextCleaning::canonicalize),
            "a redhot car \u00E9t\u00E9");
  EXPECT_EQ(clean_text("\u4F60\u597D\u3002", TextCleaning::canonicalize), "\u4F60\u597D\u3002")
      << "only ASCII's punctuation goes";
}

}  // namespace
}  // namespace clipdex::text
