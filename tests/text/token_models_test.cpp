#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "text/tokenizer_parts.hpp"

namespace clipdex::text {
namespace {

using ::testing::ElementsAre;

std::vector<TokenId> ids(std::string_view json, std::string_view word) {
  simdjson::dom::parser parser;
  std::vector<TokenId> ids;
  make_token_model(parser.parse(json.data(), json.size()))->tokenize(word, ids);
  return ids;
}

/// The message of the exception that making the model throws, after its code's name.
std::string refused(std::string_view json) {
  simdjson::dom::parser parser;
  try {
    make_token_model(parser.parse(json.data(), json.size()));
  } catch (const Exception& exception) {
    return std::string(error_code_name(exception.code())) + ": " + exception.what();
  }
  return "nothing was thrown";
}

TEST(TokenModels, ReadsBothFormsOfMerges) {
  constexpr std::string_view kStrings =
      R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["#version: 0.2", "a b"]})";
  constexpr std::string_view kPairs =
      R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]})";
  EXPECT_THAT(ids(kStrings, "aab"), ElementsAre(0, 2));
  EXPECT_THAT(ids(kPairs, "aab"), ElementsAre(0, 2));
}

TEST(TokenModels, AModelWithoutATypeIsKnownByItsMerges) {
  EXPECT_THAT(ids(R"({"vocab": {"a": 3}, "merges": []})", "aa"), ElementsAre(3, 3));
}

TEST(TokenModels, ReadsTheOptions) {
  EXPECT_THAT(ids(R"({"type": "BPE", "vocab": {"a": 0, "b_": 1, "?": 2}, "merges": [],
                           "end_of_word_suffix": "_", "unk_token": "?", "fuse_unk": true})",
                  "axxb"),
              ElementsAre(0, 2, 1));
  EXPECT_THAT(ids(R"({"type": "BPE", "vocab": {"a": 0, "~b": 1, "<0x78>": 2, "<0x7E>": 3},
                           "merges": [], "continuing_subword_prefix": "~", "byte_fallback": true})",
                  "abx"),
              ElementsAre(0, 1, 3, 2));
  EXPECT_THAT(ids(R"({"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": [],
                           "ignore_merges": true, "unk_token": "absent"})",
                  "aa"),
              ElementsAre(1));
}

TEST(TokenModels, RefusesWhatItCannotRead) {
  EXPECT_EQ(refused(R"({"type": "WordLevel"})"), "unsupported: the model type \"WordLevel\"");
  EXPECT_EQ(refused(R"({"type": "BPE", "dropout": 0.1})"),
            "unsupported: a BPE model with dropout, whose ids are random");
  EXPECT_EQ(refused(R"({"type": "BPE", "merges": []})"), "corrupt: its model lacks \"vocab\"");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {}})"), "corrupt: its model lacks \"merges\"");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {"a": -1}, "merges": []})"),
            "corrupt: a vocabulary id is not an id between 0 and 1073741824");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]})"),
            "corrupt: its merge \"a\" is not two tokens with a space between");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]})"),
            "corrupt: its merge \"a a a\" is not two tokens with a space between");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]})"),
            "corrupt: one of its merges is not a pair of tokens");
  EXPECT_EQ(refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a", 1]]})"),
            "corrupt: a merge's right token is not a string");
  EXPECT_EQ(
      refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "a"]]})"),
      "corrupt: its merge number 1 needs the token \"aa\", which its vocabulary does not have");
}

TEST(TokenModels, WordPieceIsReadWithItsPrefixAndLimit) {
  constexpr const char* kModel = R"({"type": "WordPiece", "unk_token": "?", "vocab":
      {"?": 0, "a": 1, "+b": 2}, "continuing_subword_prefix": "+", "max_input_chars_per_word": 3})";
  EXPECT_EQ(ids(kModel, "abb"), (std::vector<TokenId>{1, 2, 2}));
  EXPECT_EQ(ids(kModel, "abbb"), (std::vector<TokenId>{0}));
  EXPECT_EQ(refused(R"({"type": "WordPiece", "vocab": {"a": 0}})"),
            "corrupt: its vocabulary lacks its unk_token \"[UNK]\"");
}

TEST(TokenModels, UnigramIsReadWithItsScores) {
  constexpr const char* kModel = R"({"type": "Unigram", "unk_id": 0, "vocab":
      [["<unk>", 0], ["a", -1.5], ["aa", -2]]})";
  EXPECT_EQ(ids(kModel, "aaa"), (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(ids(kModel, "x"), (std::vector<TokenId>{0}));
  EXPECT_EQ(refused(R"({"type": "Unigram", "vocab": [["a"]]})"),
            "corrupt: one of its tokens is not a text with a score");
  EXPECT_EQ(refused(R"({"type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]})"),
            "corrupt: its unk_id is beyond its vocabulary");
}

}  // namespace
}  // namespace clipdex::text
