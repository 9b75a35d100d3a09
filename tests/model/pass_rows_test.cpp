#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;

TEST(PassRows, ALayerBetweenReshapesWorksOnAllAxes) {
  test::GraphBuilder build;
  build.input("x", {-1, 5, 4});
  build.node("Relu", {"x"}, "a");
  build.node("Reshape", {"a", build.integers("flat", {-1, 4})}, "rows");
  build.node("Gemm", {"rows", build.weights("w", {6, 4}), build.weights("b", {6})}, "product");
  build.with("transB", std::int64_t{1});
  build.node("Reshape", {"product", build.integers("back", {-1, 5, 6})}, "y");
  build.output("y", {-1, 5, 6});
  Facts facts;
  test::set_dims(facts, "a", {3, 5, 4});
  test::set_dims(facts, "rows", {15, 4});
  test::set_dims(facts, "product", {15, 6});
  test::set_dims(facts, "y", {3, 5, 6});
  Graph graph = build.graph();
  EXPECT_EQ(settle_rows(graph, facts).detail,
            "1 layers work on all axes, transposes moved 0 times");
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu", "MatMul", "Add", "Identity"));
}

TEST(PassRows, AReshapeToOtherRowsStays) {
  test::GraphBuilder build;
  build.input("x", {-1, 5, 4});
  build.node("Relu", {"x"}, "a");
  build.node("Reshape", {"a", build.integers("flat", {-1, 4})}, "rows");
  build.node("MatMul", {"rows", build.weights("w", {4, 6})}, "product");
  build.node("Reshape", {"product", build.integers("back", {5, -1, 6})}, "y");
  build.output("y", {5, -1, 6});
  Facts facts;
  test::set_dims(facts, "a", {3, 5, 4});
  test::set_dims(facts, "rows", {15, 4});
  test::set_dims(facts, "y", {5, 3, 6});
  Graph graph = build.graph();
  EXPECT_FALSE(settle_rows(graph, facts).applied);
}

/// x → swap → layer norm and layer → residual → swap, as the older PyTorch has its transformers.
TEST(PassRows, SwapsOfTheFirstAxesMeetAndCancel) {
  test::GraphBuilder build;
  build.input("x", {-1, 5, 4});
  build.node("Transpose", {"x"}, "swapped");
  build.with("perm", Dims{1, 0, 2});
  build.node("LayerNormalization", {"swapped", build.weights("g", {4}), "g"}, "norm");
  build.node("MatMul", {"norm", build.weights("w", {4, 4})}, "product");
  build.node("Add", {"product", build.weights("b", {4})}, "layer");
  build.node("Add", {"swapped", "layer"}, "sum");
  build.node("Transpose", {"sum"}, "back");
  build.with("perm", Dims{1, 0, 2});
  build.node("Relu", {"back"}, "y");
  build.output("y", {-1, 5, 4});
  Graph graph = build.graph();
  EXPECT_TRUE(settle_rows(graph, {}).applied);
  EXPECT_THAT(test::kinds_of(graph),
              ElementsAre("LayerNormalization", "MatMul", "Add", "Add", "Relu"));
}

TEST(PassRows, ARowThatIsTakenIsTakenFromTheOtherAxis) {
  test::GraphBuilder build;
  build.input("x", {-1, 5, 4});
  build.node("Transpose", {"x"}, "swapped");
  build.with("perm", Dims{1, 0, 2});
  build.node("Gather", {"swapped", build.integer("zero", 0)}, "first");
  build.with("axis", std::int64_t{0});
  build.node("Relu", {"first"}, "y");
  build.output("y", {-1, 4});
  Graph graph = build.graph();
  EXPECT_TRUE(settle_rows(graph, {}).applied);
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Gather", "Relu"));
  EXPECT_EQ(int_attribute(*graph.nodes("Gather")[0], "axis", 0), 1);
}

}  // namespace
}  // namespace clipdex::model
