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

TEST(MakeNormalizer, KnowsTheTypesOfBertAndSentencePiece) {
  EXPECT_EQ(normalized(R"({"type": "StripAccents"})", "e\u0301"), "e");
  EXPECT_EQ(normalized(R"({"type": "Nmt"})", "a\x07\u200B\u2581\u00A0"), "a  \u00A0");
  EXPECT_EQ(normalized(R"({"type": "BertNormalizer"})", "\u00C9\u7EA2"), "e \u7EA2 ");
  EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "lowercase": false})", "\u00C9"), "\u00C9")
      << "accents stay where letters stay, unless the file says otherwise";
  EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "lowercase": false, "strip_accents": true})",
                       "\u00C9"),
            "E");
}

TEST(MakeNormalizer, RefusesATypeItDoesNotKnowByName) {
  EXPECT_EQ(refusal(make_normalizer, R"({"type": "Sequence", "normalizers": [{"type": "Odd"}]})"),
            "unsupported: the normalizer type \"Odd\"");
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

TEST(MakePreTokenizer, KnowsTheTypesOfBertAndSentencePiece) {
  EXPECT_THAT(cut(R"({"type": "BertPreTokenizer"})", "a+b, \u3000c\u3002"),
              ElementsAre("a", "+", "b", ",", "c", "\u3002"));
  EXPECT_THAT(cut(R"({"type": "WhitespaceSplit"})", "a+b,\xC2\x85 c"), ElementsAre("a+b,", "c"));
  EXPECT_THAT(cut(R"({"type": "Whitespace"})", "it's ok!?"),
              ElementsAre("it", "'", "s", "ok", "!?"));
  EXPECT_THAT(cut(R"({"type": "Punctuation"})", "a$,b"), ElementsAre("a", "$", ",", "b"));
  EXPECT_THAT(cut(R"({"type": "Punctuation", "behavior": "Contiguous"})", "a$,b"),
              ElementsAre("a", "$,", "b"));
  EXPECT_THAT(cut(R"({"type": "Digits"})", "a12b"), ElementsAre("a", "12", "b"));
  EXPECT_THAT(cut(R"({"type": "Digits", "individual_digits": true})", "a1\u00BD"),
              ElementsAre("a", "1", "\u00BD"));
  EXPECT_THAT(cut(R"({"type": "CharDelimiterSplit", "delimiter": "-"})", "a-b"),
              ElementsAre("a", "b"));
}

TEST(MakePreTokenizer, KnowsEveryWayToMarkSpaces) {
  const auto mark = [](const std::string& options, std::string_view text) {
    return cut(R"({"type": "Metaspace", "replacement": "_")" + options + "}", text);
  };
  EXPECT_THAT(mark("", "a b"), ElementsAre("_a", "_b"));
  EXPECT_THAT(mark("", " a  b"), ElementsAre("_a", "_", "_b"));
  EXPECT_THAT(mark(R"(, "prepend_scheme": "never")", "a b"), ElementsAre("a", "_b"));
  EXPECT_THAT(mark(R"(, "add_prefix_space": false)", "a b"), ElementsAre("a", "_b"));
  EXPECT_THAT(mark(R"(, "split": false)", "a b"), ElementsAre("_a_b"));
  // Words of an earlier step: only the one at the beginning of the text is the first.
  const auto words = [](const std::string& scheme) {
    return cut(R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
                   {"type": "Metaspace", "replacement": "_", "prepend_scheme": ")" +
                   scheme + "\"}]}",
               "a b");
  };
  EXPECT_THAT(words("always"), ElementsAre("_a", "_b"));
  EXPECT_THAT(words("first"), ElementsAre("_a", "b"));
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
  EXPECT_EQ(refusal(make_pre_tokenizer, R"({"type": "UnicodeScripts"})"),
            "unsupported: the pre_tokenizer type \"UnicodeScripts\"");
  EXPECT_EQ(refusal(make_pre_tokenizer, R"({"type": "Metaspace"})"),
            "corrupt: its pre_tokenizer lacks \"replacement\"");
  EXPECT_EQ(refusal(make_pre_tokenizer,
                    R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "odd"})"),
            "unsupported: the prepend scheme type \"odd\"");
  EXPECT_EQ(refusal(make_pre_tokenizer,
                    R"({"type": "Split", "pattern": {"String": "-"}, "behavior": "Odd"})"),
            "unsupported: the split behavior type \"Odd\"");
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
