#include "model/linear_match.hpp"

#include <gmock/gmock.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;

TEST(LinearMatch, AMatMulTakesItsBiasAlong) {
  test::GraphBuilder build;
  build.input("x", {-1, 2});
  build.floats("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  build.node("MatMul", {"x", "w"}, "product");
  build.node("Add", {build.floats("b", {3}, {7, 8, 9}), "product"}, "y");
  build.output("y", {-1, 3});
  const Graph graph = build.graph();
  const auto layer = linear_of(graph, "y");
  ASSERT_TRUE(layer);
  EXPECT_EQ(layer->input, "x");
  EXPECT_EQ(layer->inputs, 2);
  EXPECT_EQ(layer->outputs, 3);
  EXPECT_THAT(weights_of(graph, *layer), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(bias_of(graph, *layer), ElementsAre(7, 8, 9));
  EXPECT_FALSE(linear_of(graph, "product")) << "the layer ends behind its bias";
}

TEST(LinearMatch, AProductThatOthersTakeHasNoBias) {
  test::GraphBuilder build;
  build.input("x", {-1, 2});
  build.node("MatMul", {"x", build.weights("w", {2, 2})}, "product");
  build.node("Add", {"product", build.weights("b", {2})}, "y");
  build.node("Add", {"product", "y"}, "z");
  build.output("z", {-1, 2});
  const Graph graph = build.graph();
  const auto layer = match_linear(graph, *graph.producer("product"));
  ASSERT_TRUE(layer);
  EXPECT_EQ(layer->output, "product");
  EXPECT_THAT(bias_of(graph, *layer), ElementsAre(0, 0));
}

TEST(LinearMatch, AGemmIsTurnedRound) {
  test::GraphBuilder build;
  build.input("x", {-1, 2});
  build.floats("w", {3, 2}, {1, 4, 2, 5, 3, 6});
  build.node("Gemm", {"x", "w", build.floats("b", {3}, {7, 8, 9})}, "y");
  build.with("transB", std::int64_t{1});
  build.output("y", {-1, 3});
  const Graph graph = build.graph();
  const auto layer = linear_of(graph, "y");
  ASSERT_TRUE(layer);
  EXPECT_THAT(weights_of(graph, *layer), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(layer->bias, "b");
}

TEST(LinearMatch, OtherProductsAreNoLayers) {
  test::GraphBuilder build;
  build.input("x", {2, 2});
  build.input("z", {2, 2});
  build.node("MatMul", {"x", "z"}, "values");
  build.node("MatMul", {"values", build.weights("w", {5, 2, 2})}, "batched");
  build.node("Gemm", {"x", build.weights("v", {2, 2})}, "scaled");
  build.with("alpha", 0.5F);
  const Graph graph = build.graph();
  for (const char* name : {"values", "batched", "scaled"}) {
    EXPECT_FALSE(match_linear(graph, *graph.producer(name))) << name;
  }
}

}  // namespace
}  // namespace clipdex::model
