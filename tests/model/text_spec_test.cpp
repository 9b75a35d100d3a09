#include "model/text_spec.hpp"

#include <gtest/gtest.h>

#include "support/places.hpp"

namespace clipdex::model {
namespace {

using nlohmann::json;

TEST(TextSpec, TakesTheContextFromTheFirstDescriptionThatTellsIt) {
  const json open_clip = {{"text_cfg", {{"context_length", 64}}}};
  const json transformers = {{"text_config", {{"max_position_embeddings", 48}}}};
  EXPECT_EQ(context_length(open_clip, {{"model_max_length", 77}}), 64U);
  EXPECT_EQ(context_length(transformers, {{"model_max_length", 32}}), 32U);
  EXPECT_EQ(context_length(transformers, json::object()), 48U);
  EXPECT_EQ(context_length(json::object(), json::object()), 77U);
}

TEST(TextSpec, PassesOverValuesThatMeanNoLimit) {
  EXPECT_EQ(context_length({}, {{"model_max_length", 1000000000000000019884624838656.0}}), 77U);
  EXPECT_EQ(context_length({}, {{"model_max_length", 0}}), 77U);
  EXPECT_EQ(context_length({}, {{"model_max_length", "77"}}), 77U);
  EXPECT_EQ(context_length({{"text_cfg", 3}}, {}), 77U);
}

class PadId : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_text(path(), R"({"version": "1.0",
      "added_tokens": [{"id": 7, "content": "<start>"}, {"id": 8, "content": "<end>"}],
      "model": {"type": "BPE", "vocab": {"!": 3, "a": -1, "b": 99999999999}}})");
  }
  std::filesystem::path path() const { return directory_.path() / "tokenizer.json"; }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(PadId, IsThatOfAnAddedTokenOrOfTheVocabulary) {
  EXPECT_EQ(pad_id({{"pad_token", "<end>"}}, path()), 8);
  EXPECT_EQ(pad_id({{"pad_token", "!"}}, path()), 3);
  EXPECT_EQ(pad_id({{"pad_token", {{"content", "<start>"}}}}, path()), 7);
}

TEST_F(PadId, IsNothingWhereTheTokenIsUnknownOrUnnamed) {
  EXPECT_EQ(pad_id({{"pad_token", "<pad>"}}, path()), std::nullopt);
  EXPECT_EQ(pad_id({{"pad_token", "a"}}, path()), std::nullopt);
  EXPECT_EQ(pad_id({{"pad_token", "b"}}, path()), std::nullopt);
  EXPECT_EQ(pad_id({{"pad_token", nullptr}}, path()), std::nullopt);
  EXPECT_EQ(pad_id(json::object(), path()), std::nullopt);
}

TEST_F(PadId, IsNothingWhereTheFileSaysNothing) {
  EXPECT_EQ(pad_id({{"pad_token", "!"}}, path().parent_path() / "none.json"), std::nullopt);
  for (const char* text :
       {"", "{", "[]", R"({"added_tokens": 3})", R"({"model": {"vocab": []}})"}) {
    test::write_text(path(), text);
    EXPECT_EQ(pad_id({{"pad_token", "!"}}, path()), std::nullopt) << text;
  }
}

TEST(OpenClipCleaning, IsCanonicalWhereTheConfigSaysSo) {
  const auto cleaning = [](const char* config) {
    return open_clip_cleaning(nlohmann::json::parse(config));
  };
  EXPECT_EQ(cleaning(R"({"text_cfg":{"tokenizer_kwargs":{"clean":"canonicalize"}}})"),
            text::TextCleaning::canonicalize);
  EXPECT_EQ(cleaning(R"({"text_cfg":{"context_length":77}})"), text::TextCleaning::whitespace);
  EXPECT_EQ(cleaning("{}"), text::TextCleaning::whitespace);
}

TEST(HuggingFaceTextSpec, PadsOnlyWhatLooksAtThePadding) {
  const std::filesystem::path none = "/nonexistent/tokenizer.json";
  const auto pads = [&](const char* config, const char* tokenizer) {
    return hugging_face_text_spec(nlohmann::json::parse(config), nlohmann::json::parse(tokenizer),
                                  none)
        .fixed_length;
  };
  EXPECT_FALSE(pads(R"({"model_type":"clip"})", "{}"));
  EXPECT_FALSE(pads(R"({"model_type":"clip_text_model"})",
                    R"({"pad_token":{"content":"<end>"},"eos_token":"<end>"})"));
  EXPECT_FALSE(pads("{}", R"({"tokenizer_class":"CLIPTokenizerFast"})"));
  EXPECT_TRUE(pads(R"({"model_type":"clip"})", R"({"pad_token":"!","eos_token":"<end>"})"))
      << "MobileCLIP's convolutions see what lies behind the end";
  EXPECT_TRUE(pads(R"({"model_type":"siglip"})", R"({"tokenizer_class":"SiglipTokenizer"})"));
  EXPECT_TRUE(pads("{}", "{}"));
}

}  // namespace
}  // namespace clipdex::model
