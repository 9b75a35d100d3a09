#include "model/package.hpp"

#include <gmock/gmock.h>

#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

TEST(ReadPackage, TellsTheLayoutsApart) {
  const auto models = test::test_models_directory();
  EXPECT_EQ(read_package(models / "immich").value_or_throw().layout, Layout::immich);
  EXPECT_EQ(read_package(models / "transformers-js").value_or_throw().layout,
            Layout::transformers_js);
  EXPECT_EQ(read_package(models / "rclip").value_or_throw().layout, Layout::rclip);
}

TEST(ReadPackage, GivesAnAbsoluteDirectoryAndItsName) {
  const auto models = test::test_models_directory();
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(models / "immich");
  const Package package = read_package("./visual/../").value_or_throw();
  std::filesystem::current_path(here);
  EXPECT_EQ(package.directory, models / "immich");
  EXPECT_EQ(package.name, "immich");
  EXPECT_FALSE(package.is_demo);
}

TEST(ReadPackage, KnowsTheBundledModelByAnyPath) {
  const auto bundled = test::build_directory() / "share/clipdex/models/demo";
  const Package package = read_package(bundled).value_or_throw();
  EXPECT_TRUE(package.is_demo);
  EXPECT_EQ(package.layout, Layout::immich);
  EXPECT_TRUE(read_package(bundled / "visual" / "..").value_or_throw().is_demo);
}

TEST(ReadPackage, SaysThatADirectoryIsNotThere) {
  const auto package = read_package("/nowhere/at-all");
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::not_found);
  EXPECT_THAT(package.error().message, HasSubstr("there is no model directory /nowhere/at-all"));
}

TEST(ReadPackage, SaysThatAFileIsNoDirectory) {
  const auto file = test::test_models_directory() / "rclip/visual.onnx";
  EXPECT_THAT(read_package(file).error().message, HasSubstr("is not a directory; a model is"));
}

TEST(ReadPackage, ListsWhatItLookedForWhenNothingFits) {
  const test::TemporaryDirectory directory;
  const auto package = read_package(directory.path());
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::unsupported);
  EXPECT_THAT(package.error().message,
              HasSubstr("it was searched for visual/model.onnx and textual/model.onnx (Immich), "));
  EXPECT_THAT(package.error().message, HasSubstr("visual.onnx and textual.onnx (rclip)"));
}

TEST(LoadTokenizer, LoadsTheKindThatTheLayoutHas) {
  const auto models = test::test_models_directory();
  const auto json = load_tokenizer(read_package(models / "immich").value_or_throw());
  const auto merges = load_tokenizer(read_package(models / "rclip").value_or_throw());
  ASSERT_TRUE(json) << json.error().message;
  ASSERT_TRUE(merges) << merges.error().message;
  EXPECT_EQ(merges.value()->token_id("<|endoftext|>"), 49407);
}

TEST(LoadTokenizer, NamesTheFileThatIsBroken) {
  const test::TemporaryDirectory directory;
  const auto copy = test::copy_model("immich", directory.path());
  test::write_text(copy / "textual/tokenizer.json", "{\"model\"");
  const auto tokenizer = load_tokenizer(read_package(copy).value_or_throw());
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::corrupt);
  EXPECT_THAT(tokenizer.error().message, HasSubstr((copy / "textual/tokenizer.json").native()));
}

}  // namespace
}  // namespace clipdex::model
