#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class TransformersJsLayout : public ::testing::Test {
 protected:
  void rename(const char* from, const char* to) {
    std::filesystem::rename(copy_ / "onnx" / from, copy_ / "onnx" / to);
  }
  void duplicate(const char* from, const char* to) {
    std::filesystem::copy_file(copy_ / "onnx" / from, copy_ / "onnx" / to);
  }
  std::string visual_name() {
    return read_package(copy_).value_or_throw().visual_graph.filename().string();
  }

  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("transformers-js", directory_.path());
};

TEST_F(TransformersJsLayout, IsReadAsItIs) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.visual_graph, copy_ / "onnx/vision_model.onnx");
  EXPECT_EQ(package.textual_graph, copy_ / "onnx/text_model.onnx");
  EXPECT_EQ(package.preprocess.size, 32);
  EXPECT_EQ(package.preprocess.resize_mode, image::ResizeMode::shortest);
  EXPECT_EQ(package.text.context_length, 16U);
}

TEST_F(TransformersJsLayout, LeavesPaddingOutForClipAndNotForOthers) {
  EXPECT_FALSE(read_package(copy_).value_or_throw().text.fixed_length);
  test::write_text(copy_ / "config.json", R"({"model_type": "siglip"})");
  test::replace_in_file(copy_ / "tokenizer_config.json", "CLIPTokenizer", "SiglipTokenizer");
  EXPECT_TRUE(read_package(copy_).value_or_throw().text.fixed_length);
  std::filesystem::remove(copy_ / "config.json");
  EXPECT_TRUE(read_package(copy_).value_or_throw().text.fixed_length);
}

TEST_F(TransformersJsLayout, PrefersTheFullPrecisionThenHalfThenQuantised) {
  for (const char* variant : {"_fp16", "_quantized"}) {
    duplicate("vision_model.onnx", (std::string("vision_model") + variant + ".onnx").c_str());
    duplicate("text_model.onnx", (std::string("text_model") + variant + ".onnx").c_str());
  }
  EXPECT_EQ(visual_name(), "vision_model.onnx");
  std::filesystem::remove(copy_ / "onnx/vision_model.onnx");
  EXPECT_EQ(visual_name(), "vision_model_fp16.onnx");
  std::filesystem::remove(copy_ / "onnx/text_model_fp16.onnx");
  EXPECT_EQ(visual_name(), "vision_model_quantized.onnx");
}

TEST_F(TransformersJsLayout, NamesTheTowerThatIsMissing) {
  rename("text_model.onnx", "text_model_fp16.onnx");
  const auto package = read_package(copy_);
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::not_found);
  EXPECT_THAT(package.error().message, HasSubstr("has no onnx/text_model.onnx, which"));
}

TEST_F(TransformersJsLayout, NamesEveryFileThatIsMissing) {
  for (const char* name : {"preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::rename(copy_ / name, copy_ / "aside");
    const auto package = read_package(copy_);
    std::filesystem::rename(copy_ / "aside", copy_ / name);
    ASSERT_FALSE(package) << name;
    EXPECT_THAT(package.error().message, HasSubstr(std::string("has no ") + name + ", which"));
  }
}

}  // namespace
}  // namespace clipdex::model
