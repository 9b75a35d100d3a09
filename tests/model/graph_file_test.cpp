#include "model/graph_file.hpp"

#include <gmock/gmock.h>

#include "clipdex/error.hpp"
#include "model/onnx_file.hpp"
#include "support/graph_builder.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class GraphFile : public ::testing::Test {
 protected:
  /// A graph with two large constants and a small one.
  static onnx::ModelProto large() {
    test::GraphBuilder build;
    build.input("x", {1, 300});
    build.node("MatMul", {"x", build.weights("first", {300, 300})}, "a");
    build.node("MatMul", {"a", build.weights("second", {300, 300})}, "b");
    build.node("Mul", {"b", build.number("small", 2)}, "y");
    build.output("y", {1, 300});
    return build.build();
  }

  static Error error_of(const std::filesystem::path& file) {
    try {
      (void)read_graph_file(file);
    } catch (const Exception& exception) {
      return exception.error();
    }
    return {};
  }

  test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "model.onnx";
};

TEST_F(GraphFile, WeightsLieOutsideInPagesAndComeBack) {
  write_graph_file(large(), file_, FilePurpose::to_keep);
  EXPECT_EQ(std::filesystem::file_size(file_.native() + ".data"), 360448 + 360000);
  EXPECT_LT(std::filesystem::file_size(file_), 2000U);
  const auto model = read_graph_file(file_);
  EXPECT_EQ(model.SerializeAsString(), large().SerializeAsString());
  const auto outside = read_onnx_file(file_).value_or_throw().external_data;
  EXPECT_THAT(outside, ::testing::ElementsAre("model.onnx.data"));
}

TEST_F(GraphFile, ReadsWhatExportersKeepOutside) {
  const auto models = test::test_models_directory();
  const auto inside = read_graph_file(models / "immich/visual/model.onnx");
  const auto outside = read_graph_file(models / "immich-external/visual/model.onnx");
  ASSERT_EQ(inside.graph().initializer_size(), outside.graph().initializer_size());
  EXPECT_EQ(inside.graph().initializer(0).raw_data(), outside.graph().initializer(0).raw_data());
}

TEST_F(GraphFile, SaysThatWeightsEndTooEarly) {
  write_graph_file(large(), file_, FilePurpose::scratch);
  std::filesystem::resize_file(file_.native() + ".data", 361000);
  const Error error = error_of(file_);
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("model.onnx.data ends before the weights \"second\""));
}

TEST_F(GraphFile, SaysThatAFileIsNotThereOrNotWhole) {
  EXPECT_EQ(error_of(file_).code, ErrorCode::not_found);
  test::write_text(file_, "<html>");
  EXPECT_EQ(error_of(file_).code, ErrorCode::corrupt);
  EXPECT_THAT(error_of(file_).message, HasSubstr("is not a complete ONNX file"));
}

TEST_F(GraphFile, SaysThatItCannotWrite) {
  try {
    write_graph_file(large(), directory_.path() / "missing" / "model.onnx", FilePurpose::to_keep);
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_THAT(exception.what(), HasSubstr("cannot write"));
  }
}

}  // namespace
}  // namespace clipdex::model
