#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class RclipLayout : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("rclip", directory_.path());
};

TEST_F(RclipLayout, TakesWhatIsNowhereWrittenFromTheGraphs) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.tokenizer_kind, TokenizerKind::clip_bpe);
  EXPECT_EQ(package.preprocess.size, 32);
  EXPECT_EQ(package.preprocess.mean, image::PreprocessSpec().mean);
  EXPECT_EQ(package.text,
            (text::TextSpec{.context_length = 16, .pad_id = 0, .fixed_length = true}));
}

TEST_F(RclipLayout, NamesEveryFileThatIsMissing) {
  for (const char* name :
       {"visual.onnx", "textual.onnx", "tokenizer/bpe_simple_vocab_16e6.txt.gz"}) {
    std::filesystem::rename(copy_ / name, copy_ / "aside");
    const auto package = read_package(copy_);
    std::filesystem::rename(copy_ / "aside", copy_ / name);
    ASSERT_FALSE(package) << name;
    EXPECT_THAT(package.error().message, HasSubstr(std::string("has no ") + name + ", which"));
  }
}

TEST_F(RclipLayout, NamesAGraphThatIsBroken) {
  test::write_text(copy_ / "textual.onnx", "<html>moved</html>");
  const auto package = read_package(copy_);
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::corrupt);
  EXPECT_EQ(package.error().message,
            (copy_ / "textual.onnx").native() + " is not a complete ONNX file; download it again");
}

}  // namespace
}  // namespace clipdex::model
