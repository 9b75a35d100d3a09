#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

Facts two_runs() {
  Facts facts;
  facts.batch = 3;
  facts.other_batch = 5;
  return facts;
}

void set(Facts& facts, const std::string& value, const Dims& dims, const Dims& other) {
  facts.values[value].dims = dims;
  facts.values[value].other_dims = other;
}

TEST(PassShapes, AComputedReshapeBecomesConstant) {
  test::GraphBuilder build;
  build.input("x", {-1, 6});
  build.node("Relu", {"x"}, "a");
  build.node("Shape", {"a"}, "shape");
  build.node("Gather", {"shape", build.integers("zero", {0})}, "batch");
  build.node("Concat", {"batch", build.integers("tail", {2, 3})}, "dims");
  build.with("axis", std::int64_t{0});
  build.node("Reshape", {"a", "dims"}, "y");
  build.output("y", {-1, 2, 3});
  Facts facts = two_runs();
  set(facts, "a", {3, 6}, {5, 6});
  set(facts, "y", {3, 2, 3}, {5, 2, 3});
  Graph graph = build.graph();
  EXPECT_EQ(settle_shapes(graph, facts).detail, "1 reshapes and 0 shapes");
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu", "Reshape"));
  EXPECT_EQ(integers_of(*graph.constant(graph.producer("y")->input(1))), (Dims{0, 2, 3}));
}

TEST(PassShapes, AReshapeWithTwoOpenSizesStays) {
  test::GraphBuilder build;
  build.input("x", {-1, 6});
  build.node("Relu", {"x"}, "a");
  build.node("Shape", {"a"}, "dims");
  build.node("Reshape", {"a", "dims"}, "y");
  build.output("y", {-1, -1, 1});
  Facts facts = two_runs();
  set(facts, "a", {6, 9}, {10, 15});
  set(facts, "y", {9, 6, 1}, {15, 10, 1});
  Graph graph = build.graph();
  EXPECT_FALSE(settle_shapes(graph, facts).applied);
}

TEST(PassShapes, TheShapeOfAnInnerValueIsTakenFromTheInput) {
  test::GraphBuilder build;
  build.input("x", {-1, 6});
  build.node("Relu", {"x"}, "a");
  build.node("Shape", {"a"}, "shape");
  build.node("ConstantOfShape", {"shape"}, "y");
  build.output("y", {-1, 6});
  Facts facts = two_runs();
  set(facts, "a", {3, 6}, {5, 6});
  Graph graph = build.graph();
  EXPECT_EQ(settle_shapes(graph, facts).detail, "0 reshapes and 1 shapes");
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Shape", "Gather", "Concat", "ConstantOfShape"));
  EXPECT_THAT(test::kinds_of(graph), Not(Contains("Relu")));
}

TEST(PassShapes, TheLengthOfTextsIsNeverFixed) {
  test::GraphBuilder build;
  build.input("ids", {-1, 16}, onnx::TensorProto::INT64);
  build.node("Relu", {"ids"}, "a");
  build.node("Shape", {"a"}, "y");
  build.output("y", {2}, onnx::TensorProto::INT64);
  Facts facts = two_runs();
  facts.length = 16;
  facts.other_length = 16;
  set(facts, "a", {3, 16}, {5, 16});
  Graph graph = build.graph();
  EXPECT_TRUE(settle_shapes(graph, facts).applied);
  EXPECT_THAT(test::kinds_of(graph),
              ElementsAre("Shape", "Gather", "Gather", "Concat", "Identity"));
}

}  // namespace
}  // namespace clipdex::model
