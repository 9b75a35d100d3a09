#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace clipdex {
namespace {

TEST(Utf8, ValidTextStaysAsItIs) {
  for (const std::string_view text : {"", "abc", "图片", "\xF0\x9F\x90\xB1"}) {
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(to_valid_utf8(text), text);
  }
}

TEST(Utf8, EachMaximalIllFormedPartBecomesOneReplacement) {
  EXPECT_EQ(to_valid_utf8("a\xFF"
                          "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(to_valid_utf8("\xE5\x9B"), "\xEF\xBF\xBD") << "a sequence that was cut off";
  EXPECT_EQ(to_valid_utf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "an overlong form";
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80")) << "a surrogate";
}

}  // namespace
}  // namespace clipdex
