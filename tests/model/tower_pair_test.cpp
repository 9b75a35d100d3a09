#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class TowerPairLayout : public ::testing::Test {
 protected:
  Error refusal(const fs::path& directory) const {
    const auto package = read_package(directory);
    return package ? Error{} : package.error();
  }

  test::TemporaryDirectory directory_;
  fs::path copy_ = test::copy_model("tower-pair", directory_.path());
  fs::path vision_ = copy_ / "clip-tiny-vision";
  fs::path text_ = copy_ / "clip-tiny-text";
};

TEST_F(TowerPairLayout, IsTwoFoldersInOne) {
  const Package package = read_package(copy_).value_or_throw();
  EXPECT_EQ(package.layout, Layout::tower_pair);
  EXPECT_EQ(package.name, "tower-pair");
  EXPECT_EQ(package.visual_graph, vision_ / "model.onnx");
  EXPECT_EQ(package.textual_graph, text_ / "model.onnx");
  EXPECT_EQ(package.tokenizer_file, text_ / "tokenizer.json");
  EXPECT_EQ(package.preprocess.size, 32);
  EXPECT_EQ(package.text.context_length, 16U);
  EXPECT_FALSE(package.text.fixed_length) << "CLIP's text tower is causal";
}

TEST_F(TowerPairLayout, FindsGraphsInAFolderOfTheirOwn) {
  fs::create_directory(vision_ / "onnx");
  fs::rename(vision_ / "model.onnx", vision_ / "onnx/model.onnx");
  EXPECT_EQ(read_package(copy_).value_or_throw().visual_graph, vision_ / "onnx/model.onnx");
}

TEST_F(TowerPairLayout, OneFolderAloneIsToldWhereToGo) {
  const Error error = refusal(text_);
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, text_.native() +
                               " holds one tower of a model (model.onnx); put it and the folder of "
                               "the other tower into one folder, and name that");
}

TEST_F(TowerPairLayout, SaysWhichTowerIsMissing) {
  fs::rename(text_, directory_.path() / "elsewhere");
  const Error error = refusal(copy_);
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message,
              HasSubstr("has no folder with the text tower (model.onnx and tokenizer.json)"));
}

TEST_F(TowerPairLayout, DoesNotChooseBetweenTwo) {
  fs::copy(vision_, copy_ / "another-vision");
  const Error error = refusal(copy_);
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("has more than one folder with the image tower"));
}

}  // namespace
}  // namespace clipdex::model
