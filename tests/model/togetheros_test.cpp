#include <gmock/gmock.h>

#include "clipdex/types.hpp"
#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class TogetherosLayout : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("togetheros", directory_.path());
};

TEST_F(TogetherosLayout, IsATextTowerAlone) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.layout, Layout::togetheros);
  EXPECT_FALSE(package.has_image_tower());
  EXPECT_EQ(package.textual_graph, copy_ / "text_encoder.onnx");
  EXPECT_EQ(package.tokenizer_kind, TokenizerKind::clip_bpe);
  EXPECT_EQ(package.text,
            (text::TextSpec{.context_length = 16, .pad_id = 0, .fixed_length = true}));
}

TEST_F(TogetherosLayout, BelongsToTheVectorsOfTheBox) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package_hash(package).value_or_throw(), kTogetherosIdentity);
  EXPECT_EQ(package_files(package).value_or_throw().size(), 2U);
}

TEST_F(TogetherosLayout, FindsTheVocabularyWhereOtherPackagesHaveIt) {
  std::filesystem::create_directory(copy_ / "tokenizer");
  const char* name = "bpe_simple_vocab_16e6.txt.gz";
  std::filesystem::rename(copy_ / name, copy_ / "tokenizer" / name);
  EXPECT_EQ(read_package(copy_).value_or_throw().tokenizer_file, copy_ / "tokenizer" / name);
  std::filesystem::remove(copy_ / "tokenizer" / name);
  const auto package = read_package(copy_);
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::not_found);
  EXPECT_THAT(package.error().message, HasSubstr("has no bpe_simple_vocab_16e6.txt.gz, which"));
}

}  // namespace
}  // namespace clipdex::model
