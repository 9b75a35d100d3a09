#include "model/onnx_file.hpp"

#include <gmock/gmock.h>

#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A length-delimited protobuf field, for content below 128 bytes.
std::string field(int number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} +
         content;
}

/// A model whose only initialiser keeps its values in `location`.
std::string model_with_external(const std::string& location) {
  const std::string entry = field(1, "location") + field(2, location);
  return field(7, field(5, field(13, entry)));
}

Result<OnnxFile> read(const std::string& content) {
  const test::TemporaryDirectory directory;
  test::write_text(directory.path() / "model.onnx", content);
  return read_onnx_file(directory.path() / "model.onnx");
}

TEST(OnnxFile, GivesTheInputsWithTheirShapes) {
  const auto models = test::test_models_directory();
  const OnnxFile visual = read_onnx_file(models / "immich/visual/model.onnx").value_or_throw();
  ASSERT_EQ(visual.inputs.size(), 1U);
  EXPECT_EQ(visual.inputs[0].name, "image");
  EXPECT_THAT(visual.inputs[0].dims, ElementsAre(std::nullopt, 3, 32, 32));
  EXPECT_THAT(visual.external_data, IsEmpty());

  const OnnxFile text =
      read_onnx_file(models / "transformers-js/onnx/text_model.onnx").value_or_throw();
  ASSERT_EQ(text.inputs.size(), 2U);
  EXPECT_EQ(text.inputs[1].name, "attention_mask");
}

TEST(OnnxFile, FindsExternalData) {
  const auto graph = test::test_models_directory() / "immich-external/textual/model.onnx";
  EXPECT_THAT(read_onnx_file(graph).value_or_throw().external_data, ElementsAre("model.onnx.data"));
}

TEST(OnnxFile, FindsExternalDataOfConstantsInSubgraphs) {
  const std::string tensor = field(13, field(1, "location") + field(2, "deep.bin"));
  const std::string inner = field(1, field(5, field(5, tensor)));  // graph, node, attribute, tensor
  const auto file = read(field(7, field(1, field(5, field(6, inner)))));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(file.value().external_data, ElementsAre("deep.bin"));
}

TEST(OnnxFile, RefusesExternalDataOutsideTheDirectoryOfTheGraph) {
  for (const char* location : {"../other.bin", "/etc/passwd", "a/../../b", ""}) {
    const auto file = read(model_with_external(location));
    ASSERT_FALSE(file) << location;
    EXPECT_EQ(file.error().code, ErrorCode::corrupt);
    EXPECT_THAT(file.error().message, HasSubstr("outside its own directory"));
  }
  EXPECT_TRUE(read(model_with_external("below/a..bin")));
}

TEST(OnnxFile, SaysThatAFileIsNoWholeOnnxFile) {
  std::string whole = test::read_text(test::test_models_directory() / "immich/visual/model.onnx");
  const std::vector<std::string> broken{
      "",
      "version https://git-lfs.github.com/spec/v1\n",
      "<html>not found</html>",
      whole.substr(0, whole.size() / 2),
      whole.substr(0, whole.size() - 1),
      std::string(100, '\xFF'),
      field(1, "no graph"),
  };
  for (const std::string& content : broken) {
    const auto file = read(content);
    ASSERT_FALSE(file) << content.substr(0, 20);
    EXPECT_EQ(file.error().code, ErrorCode::corrupt);
    EXPECT_THAT(file.error().message, HasSubstr("is not a complete ONNX file; download it again"));
  }
}

TEST(OnnxFile, StopsAtGraphsNestedWithoutEnd) {
  std::string graph;
  for (int depth = 0; depth < 20 && graph.size() < 100; ++depth) {
    graph = field(1, field(5, field(6, graph)));
  }
  EXPECT_EQ(read(field(7, graph)).error().code, ErrorCode::corrupt);
}

TEST(OnnxFile, SaysThatAFileIsNotThere) {
  EXPECT_EQ(read_onnx_file("/nowhere/model.onnx").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace clipdex::model
