#include "text/tokenizer_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;

/// One part of a tokenizer.json, parsed for as long as this lives.
class Part {
 public:
  explicit Part(std::string_view json) : element_(parser_.parse(json.data(), json.size(), true)) {}
  operator simdjson::dom::element() const { return element_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element element_;
};

std::string normalized(std::string_view json, std::string text) {
  const Part part(json);
  return make_normalizer(part)->normalize(std::move(text));
}

std::vector<std::string> cut(std::string_view json, std::string_view text) {
  const Part part(json);
  Words words{.text = std::string(text), .spans = {{0, text.size()}}};
  make_pre_tokenizer(part)->cut(words);
  std::vector<std::string> all;
  for (const Words::Span& span : words.spans) all.emplace_back(words.word(span));
  return all;
}

std::vector<TokenId> modelled(std::string_view json, std::string_view word) {
  const Part part(json);
  std::vector<TokenId> ids;
  make_token_model(part)->tokenize(word, ids);
  return ids;
}

std::vector<TokenId> processed(std::string_view json, std::vector<TokenId> ids) {
  const Part part(json);
  return make_post_processor(part).apply(std::move(ids));
}

/// The message of the exception that making the part throws, after its code's name.
template <class Make>
std::string refusal(Make make, std::string_view json) {
  const Part part(json);
  try {
    make(part);
  } catch (const Exception& exception) {
    return std::string(error_code_name(exception.code())) + ": " + exception.what();
  }
  return "nothing was thrown";
}

TEST(MakeNormalizer, KnowsEveryTypeThatClipdexHas) {
  EXPECT_EQ(normalized(R"({"type": "NFC"})", "e\u0301"), "\u00E9");
  EXPECT_EQ(normalized(R"({"type": "NFD"})", "\u00E9"), "e\u0301");
  EXPECT_EQ(normalized(R"({"type": "NFKC"})", "\uFB01"), "fi");
  EXPECT_EQ(normalized(R"({"type": "NFKD"})", "\uFB01"), "fi");
  EXPECT_EQ(normalized(R"({"type": "Lowercase"})", "A"), "a");
  EXPECT_EQ(normalized(R"({"type": "Strip", "strip_left": true, "strip_right": false})", " a "),
            "a ");
  EXPECT_EQ(normalized(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"String": "."}, "content": "!"})", "a."),
            "a!");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"Regex": "."}, "content": "!"})", "a."),
            "!!");
  EXPECT_EQ(normalized(R"({"type": "Sequence", "normalizers": [{"type": "NFC"},
                           {"type": "Lowercase"}]})",
                       "E\u0301"),
            "\u00E9");
}

TEST(MakeNormalizer, RefusesATypeItDoesNotKnowByName) {
  EXPECT_EQ(refusal(make_normalizer, R"({"type": "Sequence", "normalizers": [{"type": "Nmt"}]})"),
            "unsupported: the normalizer type \"Nmt\"");
  EXPECT_EQ(refusal(make_normalizer, R"({})"), "corrupt: its normalizer lacks \"type\"");
  EXPECT_EQ(refusal(make_normalizer, R"([])"), "corrupt: its normalizer is not an object");
  EXPECT_EQ(refusal(make_normalizer, R"({"type": "Replace", "pattern": {}, "content": ""})"),
            "corrupt: one of its patterns lacks \"String\"");
}

TEST(MakePreTokenizer, KnowsEveryTypeThatClipdexHas) {
  EXPECT_THAT(
      cut(R"({"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated"})", "a-b"),
      ElementsAre("a", "-", "b"));
  EXPECT_THAT(cut(R"({"type": "Split", "pattern": {"Regex": "[a-z]"}, "behavior": "Removed",
                      "invert": true})",
                  "a-b"),
              ElementsAre("a", "b"));
  EXPECT_THAT(cut(R"({"type": "ByteLevel"})", "a b"), ElementsAre("\u0120a", "\u0120b"));
  EXPECT_THAT(cut(R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": false})", "a b"),
              ElementsAre("a\u0120b"));
  EXPECT_THAT(cut(R"({"type": "Sequence", "pretokenizers": []})", "a b"), ElementsAre("a b"));
}

TEST(MakePreTokenizer, KnowsEveryBehaviorOfSplit) {
  const auto split = [](const std::string& behavior) {
    return cut(R"({"type": "Split", "pattern": {"String": "-"}, "behavior": ")" + behavior + "\"}",
               "a--b");
  };
  EXPECT_THAT(split("Removed"), ElementsAre("a", "b"));
  EXPECT_THAT(split("MergedWithPrevious"), ElementsAre("a-", "-", "b"));
  EXPECT_THAT(split("MergedWithNext"), ElementsAre("a", "-", "-b"));
  EXPECT_THAT(split("Contiguous"), ElementsAre("a", "--", "b"));
}

TEST(MakePreTokenizer, RefusesATypeItDoesNotKnowByName) {
  EXPECT_EQ(refusal(make_pre_tokenizer, R"({"type": "Metaspace"})"),
            "unsupported: the pre_tokenizer type \"Metaspace\"");
  EXPECT_EQ(refusal(make_pre_tokenizer,
                    R"({"type": "Split", "pattern": {"String": "-"}, "behavior": "Odd"})"),
            "unsupported: the split behavior type \"Odd\"");
}

TEST(MakeTokenModel, ReadsBothFormsOfMerges) {
  constexpr std::string_view kStrings =
      R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["#version: 0.2", "a b"]})";
  constexpr std::string_view kPairs =
      R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]})";
  EXPECT_THAT(modelled(kStrings, "aab"), ElementsAre(0, 2));
  EXPECT_THAT(modelled(kPairs, "aab"), ElementsAre(0, 2));
}

TEST(MakeTokenModel, AModelWithoutATypeIsKnownByItsMerges) {
  EXPECT_THAT(modelled(R"({"vocab": {"a": 3}, "merges": []})", "aa"), ElementsAre(3, 3));
}

TEST(MakeTokenModel, ReadsTheOptions) {
  EXPECT_THAT(modelled(R"({"type": "BPE", "vocab": {"a": 0, "b_": 1, "?": 2}, "merges": [],
                           "end_of_word_suffix": "_", "unk_token": "?", "fuse_unk": true})",
                       "axxb"),
              ElementsAre(0, 2, 1));
  EXPECT_THAT(modelled(R"({"type": "BPE", "vocab": {"a": 0, "~b": 1, "<0x78>": 2, "<0x7E>": 3},
                           "merges": [], "continuing_subword_prefix": "~", "byte_fallback": true})",
                       "abx"),
              ElementsAre(0, 1, 3, 2));
  EXPECT_THAT(modelled(R"({"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": [],
                           "ignore_merges": true, "unk_token": "absent"})",
                       "aa"),
              ElementsAre(1));
}

TEST(MakeTokenModel, RefusesWhatItCannotRead) {
  const auto refused = [](std::string_view json) { return refusal(make_token_model, json); };
  EXPECT_EQ(refused(R"({"type": "WordPiece"})"), "unsupported: the model type \"WordPiece\"");
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

constexpr std::string_view kTemplate = R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}},
               {"SpecialToken": {"id": "</s>"}}],
    "special_tokens": {"<s>": {"ids": [5]}, "</s>": {"ids": [6, 7]}}})";

TEST(MakePostProcessor, KnowsEveryTypeThatClipdexHas) {
  constexpr std::string_view kRoberta =
      R"({"type": "RobertaProcessing", "cls": ["<s>", 8], "sep": ["</s>", 9]})";
  EXPECT_THAT(processed(kRoberta, {1}), ElementsAre(8, 1, 9));
  EXPECT_THAT(processed(R"({"type": "BertProcessing", "cls": ["[C]", 8], "sep": ["[S]", 9]})", {1}),
              ElementsAre(8, 1, 9));
  EXPECT_THAT(processed(kTemplate, {1}), ElementsAre(5, 1, 6, 7));
  EXPECT_THAT(processed(R"({"type": "ByteLevel", "trim_offsets": true})", {1}), ElementsAre(1));
  EXPECT_THAT(processed(R"({"type": "Sequence", "processors": [{"type": "ByteLevel"},)" +
                            std::string(kTemplate) + "," + std::string(kRoberta) + "]}",
                        {1}),
              ElementsAre(8, 5, 1, 6, 7, 9));
}

TEST(MakePostProcessor, RefusesWhatItCannotRead) {
  const auto refused = [](std::string_view json) { return refusal(make_post_processor, json); };
  EXPECT_EQ(refused(R"({"type": "Odd"})"), "unsupported: the post_processor type \"Odd\"");
  EXPECT_EQ(refused(R"({"type": "RobertaProcessing", "cls": ["<s>"], "sep": ["</s>", 9]})"),
            "corrupt: \"cls\" of its post_processor is not a token with an id");
  EXPECT_EQ(refused(R"({"type": "TemplateProcessing", "single": [], "special_tokens": {}})"),
            "corrupt: its template has 0 places for the text, not one");
  EXPECT_EQ(refused(R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}],
                        "special_tokens": {}})"),
            "corrupt: its table of special tokens lacks \"<s>\"");
}

}  // namespace
}  // namespace clipdex::text
