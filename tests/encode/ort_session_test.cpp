#include "encode/ort_session.hpp"

#include <gmock/gmock.h>

#include <array>

#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Error error_of(const std::filesystem::path& graph) {
  try {
    const OrtSession session(graph, Tuning::throughput);
  } catch (const Exception& exception) {
    return exception.error();
  }
  return {};
}

TEST(OrtSession, KnowsWhatTheGraphDeclares) {
  const auto models = test::test_models_directory();
  const OrtSession session(models / "transformers-js/onnx/text_model.onnx", Tuning::latency);
  ASSERT_EQ(session.inputs().size(), 2U);
  EXPECT_EQ(describe(session.inputs()[0]), "input_ids int64 [?,?]");
  EXPECT_EQ(describe(session.inputs()[1]), "attention_mask int64 [?,?]");
  EXPECT_EQ(describe(session.outputs().back()), "text_embeds float32 [?,16]");

  const OrtSession half(models / "immich-fp16-fixed/visual/model.onnx", Tuning::throughput);
  EXPECT_EQ(describe(half.inputs()[0]), "image float16 [3,3,32,32]");
}

TEST(OrtSession, SaysThatAGraphIsNotThere) {
  const Error error = error_of("/nowhere/model.onnx");
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, "there is no graph /nowhere/model.onnx; download the model again");
}

TEST(OrtSession, SaysWhyAGraphIsRefusedInOneLine) {
  const test::TemporaryDirectory directory;
  const auto graph = directory.path() / "model.onnx";
  const std::string whole = test::read_text(test::test_models_directory() / "rclip/visual.onnx");
  for (const std::string& content : {std::string("<html>"), std::string(), whole.substr(0, 5000)}) {
    test::write_text(graph, content);
    const Error error = error_of(graph);
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message, StartsWith("ONNX Runtime cannot load " + graph.native() + " ("));
    EXPECT_THAT(error.message, EndsWith("); download the model again"));
    EXPECT_THAT(error.message, ::testing::Not(HasSubstr("\n")));
  }
}

TEST(OrtSession, PrintsNothing) {
  const test::TemporaryDirectory directory;
  const auto graph = directory.path() / "model.onnx";
  test::write_text(graph, "no graph");
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  error_of(graph);
  error_of(test::test_models_directory() / "immich/visual/model.onnx");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

TEST(OrtSession, TellsWhatFailedWhileRunning) {
  OrtSession session(test::test_models_directory() / "immich/visual/model.onnx",
                     Tuning::throughput);
  std::vector<float> pixels(3 * 16 * 16);
  const std::array<std::int64_t, 4> dims{1, 3, 16, 16};
  const std::array values{tensor_over(std::span(pixels), dims)};
  const std::array names{"image"};
  try {
    session.run(names, values, "embedding");
    FAIL() << "a picture of another size was accepted";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::internal);
    EXPECT_THAT(exception.what(), HasSubstr("ONNX Runtime failed while running"));
  }
}

}  // namespace
}  // namespace clipdex::encode
