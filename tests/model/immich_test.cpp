#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class ImmichLayout : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("immich", directory_.path());
};

TEST_F(ImmichLayout, IsReadAsItIs) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.visual_graph, copy_ / "visual/model.onnx");
  EXPECT_EQ(package.textual_graph, copy_ / "textual/model.onnx");
  EXPECT_EQ(package.tokenizer_file, copy_ / "textual/tokenizer.json");
  EXPECT_EQ(package.tokenizer_kind, TokenizerKind::tokenizer_json);
  EXPECT_EQ(package.preprocess.size, 32);
  EXPECT_EQ(package.text.context_length, 16U);
  EXPECT_TRUE(package.text.fixed_length);
  const auto tokenizer = load_tokenizer(package).value_or_throw();
  EXPECT_EQ(package.text.pad_id, tokenizer->token_id("<|endoftext|>"));
}

TEST_F(ImmichLayout, NamesEveryFileThatIsMissing) {
  for (const char* name :
       {"visual/model.onnx", "visual/preprocess_cfg.json", "textual/model.onnx",
        "textual/tokenizer.json", "textual/tokenizer_config.json", "config.json"}) {
    std::filesystem::rename(copy_ / name, copy_ / "aside");
    const auto package = read_package(copy_);
    std::filesystem::rename(copy_ / "aside", copy_ / name);
    ASSERT_FALSE(package) << name;
    EXPECT_EQ(package.error().code, ErrorCode::not_found);
    EXPECT_THAT(package.error().message, HasSubstr(std::string("has no ") + name + ", which"));
  }
}

TEST_F(ImmichLayout, NamesEveryDescriptionThatIsBroken) {
  for (const char* name :
       {"visual/preprocess_cfg.json", "textual/tokenizer_config.json", "config.json"}) {
    const std::string content = test::read_text(copy_ / name);
    test::write_text(copy_ / name, content.substr(0, content.size() / 2));
    const auto package = read_package(copy_);
    test::write_text(copy_ / name, content);
    ASSERT_FALSE(package) << name;
    EXPECT_EQ(package.error().code, ErrorCode::corrupt);
    EXPECT_THAT(package.error().message, HasSubstr((copy_ / name).native() + " is not valid JSON"));
  }
}

TEST_F(ImmichLayout, PadsWithZeroWhereNoPadTokenIsKnown) {
  test::replace_in_file(copy_ / "textual/tokenizer_config.json", "pad_token", "other_token");
  EXPECT_EQ(read_package(copy_).value_or_throw().text.pad_id, 0);
}

}  // namespace
}  // namespace clipdex::model
