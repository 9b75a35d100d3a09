#include <gmock/gmock.h>

#include <cmath>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// x → layer norm → layer → QuickGELU → layer → residual, as the MLP of a transformer.
class PassLinear : public ::testing::Test {
 protected:
  Graph mlp() {
    test::GraphBuilder build;
    build.input("input", {-1, 5, 4});
    build.node("Relu", {"input"}, "x");
    build.node("LayerNormalization", {"x", build.weights("g", {4}), build.weights("h", {4})},
               "norm");
    build.with("epsilon", 0.25F);
    build.node("MatMul", {"norm", build.weights("w1", {4, 20})}, "product1");
    build.node("Add", {"product1", build.weights("b1", {20})}, "layer1");
    build.node("Mul", {"layer1", build.number("quick", 1.702F)}, "a");
    build.node("Sigmoid", {"a"}, "b");
    build.node("Mul", {"layer1", "b"}, "active");
    build.node("MatMul", {"active", build.weights("w2", {20, 4})}, "layer2");
    build.node("Add", {"x", "layer2"}, "y");
    build.output("y", {-1, 5, 4});
    for (const char* name : {"x", "layer2", "y"}) test::set_dims(facts_, name, {3, 5, 4});
    return build.graph();
  }

  Facts facts_;
};

TEST_F(PassLinear, LayersTakeOverWhatLiesAroundThem) {
  Graph graph = mlp();
  const PassOutcome outcome = quantise_linear(graph, facts_, {});
  EXPECT_TRUE(outcome.applied);
  EXPECT_EQ(outcome.detail,
            "2 layers, of them 0 of patches; folded 1 layer norms, 1 activations, 1 residuals; 0 "
            "layers left in float32");
  EXPECT_THAT(outcome.layers, ElementsAre("layer1", "layer2"));
  EXPECT_THAT(test::kinds_of(graph),
              ElementsAre("Relu", "QuantizedLinear", "QuantizedLinear", "Identity"));
  const onnx::NodeProto& up = *graph.nodes("QuantizedLinear")[0];
  EXPECT_EQ(up.domain(), kOwnDomain);
  EXPECT_EQ(up.input(0), "x");
  EXPECT_EQ(up.input(4), "b1");
  EXPECT_EQ(up.input(5), "g");
  EXPECT_EQ(up.input(6), "h");
  EXPECT_EQ(text_attribute(up, "activation"), "quick_gelu");
  EXPECT_EQ(float_attribute(up, "epsilon", 0), 0.25F);
  EXPECT_EQ(int_attribute(up, "K", 0), 4);
  EXPECT_EQ(int_attribute(up, "N", 0), 20);
  EXPECT_EQ(dims_of(*graph.constant(up.input(1))), (Dims{2, 1, 16, 4}));
  const onnx::NodeProto& down = *graph.nodes("QuantizedLinear")[1];
  EXPECT_THAT(down.input(),
              ElementsAre(up.output(0), ::testing::_, ::testing::_, ::testing::_, "", "", "", "x"));
}

TEST_F(PassLinear, ALayerThatIsToStayStays) {
  Graph graph = mlp();
  const PassOutcome outcome = quantise_linear(graph, facts_, {"layer1"});
  EXPECT_THAT(outcome.layers, ElementsAre("layer2"));
  EXPECT_THAT(outcome.detail, HasSubstr("1 layers left in float32"));
  EXPECT_EQ(graph.nodes("MatMul").size(), 1U);
}

TEST_F(PassLinear, ANormThatTwoTakeIsNotFolded) {
  test::GraphBuilder build;
  build.input("x", {-1, 4});
  build.node("LayerNormalization", {"x", build.weights("g", {4}), "g"}, "norm");
  build.node("MatMul", {"norm", build.weights("w", {4, 4})}, "layer");
  build.node("Add", {"norm", "layer"}, "y");
  build.output("y", {-1, 4});
  for (const char* name : {"norm", "layer", "y"}) test::set_dims(facts_, name, {3, 4});
  Graph graph = build.graph();
  EXPECT_THAT(quantise_linear(graph, facts_, {}).detail, HasSubstr("folded 0 layer norms, 0 "));
  EXPECT_THAT(test::kinds_of(graph),
              ElementsAre("LayerNormalization", "QuantizedLinear", "Identity"));
}

TEST_F(PassLinear, AnAdditionThatWidensIsNoResidual) {
  test::GraphBuilder build;
  build.input("x", {1, 4});
  build.input("z", {3, 4});
  build.node("Relu", {"z"}, "wide");
  build.node("MatMul", {"x", build.weights("w", {4, 4})}, "layer");
  build.node("Add", {"wide", "layer"}, "y");
  build.output("y", {3, 4});
  test::set_dims(facts_, "wide", {3, 4});
  test::set_dims(facts_, "layer", {1, 4});
  test::set_dims(facts_, "y", {3, 4});
  Graph graph = build.graph();
  EXPECT_THAT(quantise_linear(graph, facts_, {}).detail, HasSubstr("0 residuals"));
}

TEST_F(PassLinear, WeightsThatAreNoNumbersAreNamed) {
  test::GraphBuilder build;
  build.input("x", {-1, 1});
  build.node("MatMul", {"x", build.floats("w", {1, 1}, {NAN})}, "y");
  build.output("y", {-1, 1});
  Graph graph = build.graph();
  const PassOutcome outcome = quantise_linear(graph, facts_, {});
  EXPECT_FALSE(outcome.applied);
  EXPECT_THAT(outcome.detail, HasSubstr("the graph has no linear layer; y: "));
}

}  // namespace
}  // namespace clipdex::model
