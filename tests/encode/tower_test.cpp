#include "encode/tower.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;

constexpr std::array<std::string_view, 2> kOutputs{"image_embeds", "embedding"};
constexpr std::array kFloat{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT};

std::filesystem::path graph_of(std::string_view model) {
  return test::test_models_directory() / model / "visual/model.onnx";
}

template <class Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Exception& exception) {
    return exception.error();
  }
  return {};
}

std::vector<Embedding> run(Tower& tower, std::size_t batch, std::size_t wanted) {
  std::vector<float> pixels(batch * 3 * 32 * 32, 0.5F);
  const std::array<std::int64_t, 4> dims{static_cast<std::int64_t>(batch), 3, 32, 32};
  const std::array values{tensor_over(std::span(pixels), dims)};
  const std::array names{"image"};
  std::vector<Embedding> vectors;
  tower.run(names, values, wanted, vectors);
  return vectors;
}

TEST(Tower, FindsItsTensorsByName) {
  const Tower tower(graph_of("immich"), Tuning::throughput, kOutputs);
  EXPECT_EQ(tower.output().name, "embedding");
  EXPECT_EQ(tower.declared_dimension(), 16U);
  const std::array<std::string_view, 2> names{"pixel_values", "image"};
  EXPECT_EQ(tower.find_input(names, 4, kFloat).name, "image");
}

TEST(Tower, TakesTheOnlyTensorsThatThereAreWhateverTheirNames) {
  const std::array<std::string_view, 1> others{"logits"};
  const Tower tower(graph_of("immich"), Tuning::throughput, others);
  EXPECT_EQ(tower.output().name, "embedding");
  EXPECT_EQ(tower.find_input(others, 4, kFloat).name, "image");
}

TEST(Tower, ListsWhatWasFoundAndWhatIsExpected) {
  const std::array<std::string_view, 1> others{"logits"};
  const std::filesystem::path graph =
      test::test_models_directory() / "transformers-js/onnx/text_model.onnx";
  const Error output = error_of([&] { Tower(graph, Tuning::throughput, others); });
  EXPECT_EQ(output.code, ErrorCode::unsupported);
  EXPECT_THAT(output.message, HasSubstr(graph.native() + " gives last_hidden_state float32 "));
  EXPECT_THAT(output.message, HasSubstr("text_embeds float32 [?,16], and clipdex expects one of "
                                        "logits there; use another export of the model"));

  const Tower text(graph, Tuning::throughput, std::array<std::string_view, 1>{"text_embeds"});
  const Error name = error_of([&] { text.find_input(others, 4, kFloat); });
  EXPECT_THAT(name.message, HasSubstr(" takes input_ids int64 [?,?], attention_mask int64 [?,?], "
                                      "and clipdex expects"));
  const Tower tower(graph_of("immich"), Tuning::throughput, kOutputs);
  const std::array<std::string_view, 1> names{"image"};
  const std::array ids{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64};
  EXPECT_EQ(error_of([&] { tower.find_input(names, 4, ids); }).code, ErrorCode::unsupported);
  EXPECT_EQ(error_of([&] { tower.find_input(names, 3, kFloat); }).code, ErrorCode::unsupported);
}

TEST(Tower, RefusesAnInputThatNobodyFills) {
  const Tower tower(test::test_models_directory() / "transformers-js/onnx/text_model.onnx",
                    Tuning::throughput, std::array<std::string_view, 1>{"text_embeds"});
  const Error error = error_of(
      [&] { tower.require_no_other_input(std::array{&tower.session().inputs().front()}); });
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("wants the input attention_mask int64 [?,?]"));
}

TEST(Tower, GivesAsManyUnitVectorsAsAreWanted) {
  Tower tower(graph_of("immich"), Tuning::throughput, kOutputs);
  const auto vectors = run(tower, 3, 2);
  ASSERT_EQ(vectors.size(), 2U);
  for (const Embedding& vector : vectors) {
    double sum = 0;
    for (const float value : vector) sum += static_cast<double>(value) * value;
    EXPECT_NEAR(std::sqrt(sum), 1, 1e-5);
  }
}

TEST(Tower, NamesTheGraphWhoseVectorsAreZeroOrNotFinite) {
  const test::TemporaryDirectory directory;
  const auto weights = test::copy_model("immich-external", directory.path()) / "visual";
  for (const char fill : {'\0', '\xFF'}) {  // All weights zero, and all of them NaN.
    const auto size = std::filesystem::file_size(weights / "model.onnx.data");
    test::write_text(weights / "model.onnx.data", std::string(size, fill));
    Tower tower(weights / "model.onnx", Tuning::throughput, kOutputs);
    const Error error = error_of([&] { run(tower, 1, 1); });
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_EQ(error.message,
              (weights / "model.onnx").native() +
                  " gave a vector that is zero or not finite; download the model again, and "
                  "check it with `clipdex model doctor`");
  }
}

}  // namespace
}  // namespace clipdex::encode
