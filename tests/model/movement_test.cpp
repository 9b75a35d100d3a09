#include "model/movement.hpp"

#include <gtest/gtest.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

TEST(Movement, FindsTheOriginThroughReshapesAndScales) {
  test::GraphBuilder build;
  build.input("x", {3, 7, 8});
  build.node("Sigmoid", {"x"}, "source");
  build.node("Mul", {"source", build.number("half", 0.5F)}, "scaled");
  build.node("Reshape", {"scaled", build.integers("shape", {3, 7, 2, 4})}, "split");
  build.node("Transpose", {"split"}, "turned");
  build.with("perm", Dims{0, 2, 1, 3});
  build.node("Div", {"turned", build.number("four", 4)}, "y");
  build.output("y", {3, 2, 7, 4});
  Facts facts;
  test::set_dims(facts, "source", {3, 7, 8});
  test::set_dims(facts, "split", {3, 7, 2, 4});
  test::set_dims(facts, "turned", {3, 2, 7, 4});
  const auto origin = find_origin(build.graph(), facts, "y");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->source, "source");
  EXPECT_DOUBLE_EQ(origin->factor, 0.125);
  StridedView expected = StridedView::whole(Dims{3, 7, 8});
  ASSERT_TRUE(expected.reshape(Dims{3, 7, 2, 4}) && expected.transpose(Dims{0, 2, 1, 3}));
  EXPECT_EQ(origin->view, expected);
}

TEST(Movement, GatherSliceAndSplitOfThePackedProjectionAreTheSame) {
  test::GraphBuilder build;
  build.input("x", {3, 7, 12});
  build.node("Sigmoid", {"x"}, "source");
  const auto shape = build.integers("shape", {3, 7, 3, 4});
  build.node("Reshape", {"source", shape}, "split");
  build.node("Gather", {"split", build.integer("one", 1)}, "gathered");
  build.with("axis", std::int64_t{2});
  build.node("Slice",
             {"source", build.integers("four", {4}), build.integers("eight", {8}),
              build.integers("last", {-1})},
             "sliced");
  build.node("Split", {"source"}, "first");
  auto model = build.build();
  auto& split = *model.mutable_graph()->mutable_node(4);
  split.add_output("second");
  split.add_output("third");
  set_attribute(split, "axis", std::int64_t{-1});
  Facts facts;
  test::set_dims(facts, "source", {3, 7, 12});
  test::set_dims(facts, "split", {3, 7, 3, 4});
  for (const char* name : {"gathered", "sliced", "first", "second", "third"}) {
    test::set_dims(facts, name, {3, 7, 4});
  }
  const Graph graph(model);
  const auto gathered = find_origin(graph, facts, "gathered");
  const auto sliced = find_origin(graph, facts, "sliced");
  const auto second = find_origin(graph, facts, "second");
  ASSERT_TRUE(gathered && sliced && second);
  EXPECT_EQ(gathered->view, sliced->view);
  EXPECT_EQ(gathered->view, second->view);
  EXPECT_NE(gathered->view, find_origin(graph, facts, "third")->view);
}

TEST(Movement, NothingIsKnownOfUnknownShapes) {
  test::GraphBuilder build;
  build.input("x", {-1, 8});
  build.node("Sigmoid", {"x"}, "source");
  build.node("Reshape", {"source", build.integers("shape", {-1, 2, 4})}, "y");
  build.output("y", {-1, 2, 4});
  Facts facts;
  test::set_dims(facts, "source", {3, 8});
  EXPECT_FALSE(find_origin(build.graph(), facts, "y"));
}

TEST(Movement, OneIsNotDividedByAValue) {
  test::GraphBuilder build;
  build.input("x", {2});
  build.node("Div", {build.number("one", 1), "x"}, "y");
  build.output("y", {2});
  const Graph graph = build.graph();
  EXPECT_FALSE(scaled_operand(graph, {}, *graph.producer("y")));
}

}  // namespace
}  // namespace clipdex::model
