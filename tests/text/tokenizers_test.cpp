#include "text/tokenizers.hpp"

#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

constexpr std::string_view kTiny = R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2},
                                                 "merges": ["a b"]}})";

TEST(Tokenizers, OfTheModuleEncode) {
  const auto tokenizer = parse_tokenizer_json(kTiny, "tiny");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ(tokenizer.value()->encode("abb"), (std::vector<TokenId>{2, 1}));
}

TEST(Tokenizers, ErrorsComeOutOfTheModuleAsTheyAre) {
  const auto broken = parse_tokenizer_json("{}", "empty.json");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::corrupt);
  EXPECT_EQ(
      broken.error().message,
      "empty.json is not a whole tokenizer: its content lacks \"model\"; fetch the file again "
      "from where the model came from");
  const auto absent = load_clip_bpe("/nowhere/bpe.txt.gz");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace clipdex::text
