#include "encode/probe.hpp"

#include <gmock/gmock.h>

#include "clipdex/error.hpp"
#include "model/graph_file.hpp"
#include "support/graph_builder.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using model::Dims;
using ::testing::HasSubstr;

class Probe : public ::testing::Test {
 protected:
  model::Graph simplified(const std::string& file) {
    return simplify_graph(test::test_models_directory() / file, directory_.path());
  }
  model::Facts probed(const model::Graph& graph) {
    return probe_graph(graph, items_, directory_.path());
  }

  test::TemporaryDirectory directory_;
  ProbeItems items_{.image_size = 32, .texts = {{5, 6, 7}}, .pad_id = 0};
};

TEST_F(Probe, ShowsTheShapesOfTwoRuns) {
  const model::Facts facts = probed(simplified("immich/visual/model.onnx"));
  EXPECT_EQ(facts.batch, 3);
  EXPECT_EQ(facts.other_batch, 5);
  EXPECT_EQ(facts.length, 0);
  const auto& vector = facts.values.at("embedding");
  EXPECT_EQ(vector.dims, (Dims{3, 16}));
  EXPECT_EQ(vector.other_dims, (Dims{5, 16}));
}

TEST_F(Probe, SizesThatTheGraphFixesStayInBothRuns) {
  const model::Facts facts = probed(simplified("immich-fp16-fixed/textual/model.onnx"));
  EXPECT_EQ(facts.batch, 3);
  EXPECT_EQ(facts.other_batch, 3);
  EXPECT_EQ(facts.length, 16);
  EXPECT_EQ(facts.other_length, 16);
  EXPECT_FALSE(facts.is_sequence_open);
}

TEST_F(Probe, FindsTheCausalMaskThatAGraphComputes) {
  const model::Facts facts = probed(simplified("transformers-js/onnx/text_model.onnx"));
  EXPECT_TRUE(facts.is_sequence_open);
  EXPECT_EQ(facts.length, 7);
  EXPECT_EQ(facts.other_length, 11);
  std::size_t masks = 0;
  for (const auto& [name, value] : facts.values) masks += value.is_causal_mask ? 1 : 0;
  EXPECT_GT(masks, 0U);
}

TEST_F(Probe, SimplifyingFoldsConstantsAndKeepsTheWeights) {
  test::GraphBuilder build;
  build.input("x", {1, 2});
  build.node("Add", {build.floats("a", {1}, {1}), build.floats("b", {1}, {2})}, "three");
  build.node("Mul", {"x", "three"}, "y");
  build.output("y", {1, 2});
  const auto file = directory_.path() / "model.onnx";
  model::write_graph_file(build.build(), file, model::FilePurpose::scratch);
  const model::Graph graph = simplify_graph(file, directory_.path());
  EXPECT_THAT(test::kinds_of(graph), ::testing::ElementsAre("Mul"));
  EXPECT_EQ(graph.scalar(graph.producer("y")->input(1), {}), 3.0);
}

TEST_F(Probe, RefusesInputsThatAreNeitherPixelsNorIds) {
  test::GraphBuilder build;
  build.input("x", {1});
  build.node("Relu", {"x"}, "y");
  build.output("y", {1});
  try {
    (void)probed(build.graph());
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::unsupported);
    EXPECT_THAT(exception.what(), HasSubstr("x float32 [1], which is neither pixels nor ids"));
  }
}

}  // namespace
}  // namespace clipdex::encode
