#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ChineseClipLayout : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  fs::path copy_ = test::copy_model("chinese-clip", directory_.path());
};

TEST_F(ChineseClipLayout, TakesSizesFromItsGraphsAndScalesBothSides) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.layout, Layout::chinese_clip);
  EXPECT_EQ(package.visual_graph, copy_ / "tiny.img.fp32.onnx");
  EXPECT_EQ(package.textual_graph, copy_ / "tiny.txt.fp32.onnx");
  EXPECT_EQ(package.tokenizer_kind, TokenizerKind::bert_vocabulary);
  EXPECT_EQ(package.preprocess.size, 32);
  EXPECT_EQ(package.preprocess.resize_mode, image::ResizeMode::squash);
  EXPECT_EQ(package.text,
            (text::TextSpec{.context_length = 16, .pad_id = 0, .fixed_length = true}));
  EXPECT_EQ(load_tokenizer(package).value_or_throw()->description().substr(0, 10), "WordPiece,");
}

TEST_F(ChineseClipLayout, TakesHalfPrecisionWhereThereIsNoOther) {
  fs::rename(copy_ / "tiny.img.fp32.onnx", copy_ / "tiny.img.fp16.onnx");
  EXPECT_EQ(read_package(copy_).value_or_throw().visual_graph, copy_ / "tiny.img.fp16.onnx");
}

TEST_F(ChineseClipLayout, NamesWhatIsMissing) {
  fs::rename(copy_ / "vocab.txt", copy_ / "aside");
  EXPECT_THAT(read_package(copy_).error().message, HasSubstr("has no vocab.txt, which"));
  fs::rename(copy_ / "aside", copy_ / "vocab.txt");
  fs::remove(copy_ / "tiny.txt.fp32.onnx");
  EXPECT_THAT(read_package(copy_).error().message, HasSubstr("has no *.txt.fp32.onnx, which"));
}

TEST_F(ChineseClipLayout, TwoModelsInOneDirectoryAreRefused) {
  fs::copy_file(copy_ / "tiny.img.fp32.onnx", copy_ / "other.img.fp32.onnx");
  const auto package = read_package(copy_);
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::unsupported);
  EXPECT_THAT(package.error().message, HasSubstr("more than one *.img.fp32.onnx"));
}

}  // namespace
}  // namespace clipdex::model
