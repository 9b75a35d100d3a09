#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// Three layers, two heads of depth 2, five rows, as Hugging Face's exports have them.
class PassAttention : public ::testing::Test {
 protected:
  PassAttention() {
    facts_.batch = 3;
    facts_.other_batch = 3;
    build_.input("x", {-1, 5, 4});
    build_.integers("split", {0, -1, 2, 2});
    build_.number("scale", 0.70710678F);
  }

  /// x → layer → heads as [B, 2, 5, 2] in this order.
  void project(const std::string& name, const Dims& order) {
    build_.node("MatMul", {"x", build_.weights(name + ".w", {4, 4})}, name + ".product");
    build_.node("Add", {name + ".product", build_.weights(name + ".b", {4})}, name + ".layer");
    build_.node("Reshape", {name + ".layer", "split"}, name + ".split");
    build_.node("Transpose", {name + ".split"}, name);
    build_.with("perm", order);
    test::set_dims(facts_, name + ".product", {3, 5, 4});
    test::set_dims(facts_, name + ".layer", {3, 5, 4});
    test::set_dims(facts_, name + ".split", {3, 5, 2, 2});
    const Dims heads{3, 2, order[2] == 1 ? 5 : 2, order[3] == 3 ? 2 : 5};
    test::set_dims(facts_, name, heads);
  }

  Graph finished(const std::string& scores) {
    build_.node("Softmax", {scores}, "probabilities");
    build_.with("axis", std::int64_t{-1});
    build_.node("MatMul", {"probabilities", "v"}, "context");
    build_.node("Transpose", {"context"}, "rows");
    build_.with("perm", Dims{0, 2, 1, 3});
    build_.node("Reshape", {"rows", build_.integers("join", {0, -1, 4})}, "joined");
    build_.node("Relu", {"joined"}, "y");
    build_.output("y", {-1, 5, 4});
    for (const char* name : {"raw", "scaled", "masked", "probabilities"}) {
      test::set_dims(facts_, name, {3, 2, 5, 5});
    }
    test::set_dims(facts_, "context", {3, 2, 5, 2});
    test::set_dims(facts_, "rows", {3, 5, 2, 2});
    test::set_dims(facts_, "joined", {3, 5, 4});
    return build_.graph();
  }

  std::string mask(float hidden) {
    std::vector<float> items(25);
    for (std::size_t at = 0; at < items.size(); ++at) items[at] = at % 5 > at / 5 ? hidden : 0;
    return build_.floats("mask", {1, 1, 5, 5}, items);
  }

  void project_all() {
    project("q", {0, 2, 1, 3});
    project("k", {0, 2, 3, 1});
    project("v", {0, 2, 1, 3});
    build_.node("MatMul", {"q", "k"}, "raw");
    build_.node("Mul", {"raw", "scale"}, "scaled");
  }

  test::GraphBuilder build_;
  Facts facts_;
};

TEST_F(PassAttention, ThreeLayersBecomeOneBeforeTheOperator) {
  project_all();
  Graph graph = finished("scaled");
  EXPECT_EQ(fuse_attention(graph, facts_).detail, "1 of 1 softmaxes");
  EXPECT_THAT(test::kinds_of(graph), ::testing::ElementsAre("MatMul", "Add", "Attention", "Relu"));
  const onnx::NodeProto* node = graph.nodes("Attention")[0];
  EXPECT_EQ(node->domain(), kOwnDomain);
  EXPECT_EQ(int_attribute(*node, "heads", 0), 2);
  EXPECT_EQ(int_attribute(*node, "causal", 1), 0);
  EXPECT_FLOAT_EQ(float_attribute(*node, "scale", 0), 0.70710678F);
  const onnx::TensorProto* weight = graph.constant(graph.nodes("MatMul")[0]->input(1));
  EXPECT_EQ(dims_of(*weight), (Dims{4, 12}));
  const auto all = *floats_of(*weight);
  EXPECT_EQ(all[12 + 5], (*floats_of(*graph.constant("k.w")))[4 + 1]);
}

TEST_F(PassAttention, ACausalMaskIsAnAttributeAndAnotherAConstant) {
  project_all();
  build_.node("Add", {"scaled", mask(-3e38F)}, "masked");
  Graph causal = finished("masked");
  EXPECT_TRUE(fuse_attention(causal, facts_).applied);
  EXPECT_EQ(int_attribute(*causal.nodes("Attention")[0], "causal", 0), 1);
  EXPECT_EQ(causal.nodes("Attention")[0]->input_size(), 1);
}

TEST_F(PassAttention, AMaskThatOnlyWeakensIsKept) {
  project_all();
  build_.node("Add", {"scaled", mask(-2)}, "masked");
  Graph graph = finished("masked");
  EXPECT_TRUE(fuse_attention(graph, facts_).applied);
  const onnx::NodeProto* node = graph.nodes("Attention")[0];
  EXPECT_EQ(int_attribute(*node, "causal", 1), 0);
  ASSERT_EQ(node->input_size(), 2);
  EXPECT_EQ(dims_of(*graph.constant(node->input(1))), (Dims{5, 5}));
}

TEST_F(PassAttention, AMaskThatIsComputedMustHaveShownThatItIsCausal) {
  project_all();
  build_.input("seen", {-1, 1, 5, 5});
  build_.node("Relu", {"seen"}, "mask");
  build_.node("Add", {"scaled", "mask"}, "masked");
  test::set_dims(facts_, "mask", {3, 1, 5, 5});
  Graph unknown = finished("masked");
  Graph known = unknown;
  EXPECT_THAT(fuse_attention(unknown, facts_).detail,
              HasSubstr("its mask is neither causal nor a constant"));
  facts_.values["mask"].is_causal_mask = true;
  EXPECT_TRUE(fuse_attention(known, facts_).applied);
  EXPECT_EQ(int_attribute(*known.nodes("Attention")[0], "causal", 0), 1);
}

TEST_F(PassAttention, HeadsInAnUnknownOrderStay) {
  project("q", {0, 2, 1, 3});
  project("k", {0, 2, 3, 1});
  project("v", {0, 3, 1, 2});  // Depth and heads are swapped; the shape is the same.
  test::set_dims(facts_, "v", {3, 2, 5, 2});
  build_.node("MatMul", {"q", "k"}, "raw");
  Graph graph = finished("raw");
  const PassOutcome outcome = fuse_attention(graph, facts_);
  EXPECT_FALSE(outcome.applied);
  EXPECT_THAT(outcome.detail, HasSubstr("its heads are laid out in an unknown way"));
  EXPECT_THAT(test::kinds_of(graph), Contains("Softmax"));
}

TEST_F(PassAttention, QueriesOfAnotherInputStay) {
  project_all();
  build_.input("other", {-1, 5, 4});
  auto model = finished("scaled").to_model();
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.output(0) == "q.product") node.set_input(0, "other");
  }
  Graph graph(model);
  EXPECT_THAT(fuse_attention(graph, facts_).detail, HasSubstr("made of different inputs"));
  EXPECT_THAT(test::kinds_of(graph), Not(Contains("Attention")));
}

TEST_F(PassAttention, NothingIsDoneWithoutShapes) {
  project_all();
  Graph graph = finished("scaled");
  EXPECT_THAT(fuse_attention(graph, {}).detail, HasSubstr("its shape is unknown"));
}

}  // namespace
}  // namespace clipdex::model
