#include "model/graph.hpp"

#include <gmock/gmock.h>

#include "clipdex/error.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// x → Relu → a → Sigmoid → b → y, and from a a second way that nobody needs.
test::GraphBuilder chain() {
  test::GraphBuilder build;
  build.input("x", {-1, 4});
  build.node("Relu", {"x"}, "a");
  build.node("Sigmoid", {"a"}, "y");
  build.node("Tanh", {"a"}, "unused");
  build.output("y", {-1, 4});
  return build;
}

TEST(Graph, KnowsWhoMakesAndWhoTakesAValue) {
  const Graph graph = chain().graph();
  EXPECT_EQ(graph.producer("a")->op_type(), "Relu");
  EXPECT_EQ(graph.producer("a", "Sigmoid"), nullptr);
  EXPECT_EQ(graph.producer("x"), nullptr);
  EXPECT_EQ(graph.consumers("a").size(), 2U);
  EXPECT_EQ(graph.only_consumer("a"), nullptr);
  EXPECT_EQ(graph.only_consumer("x")->op_type(), "Relu");
  EXPECT_EQ(graph.opset(), 17);
}

TEST(Graph, WritesOnlyWhatTheOutputsNeed) {
  Graph graph = chain().graph();
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu", "Sigmoid"));
  graph.sweep();
  EXPECT_EQ(graph.only_consumer("a")->op_type(), "Sigmoid");
}

TEST(Graph, ConstantNodesBecomeConstants) {
  test::GraphBuilder build;
  build.input("x", {2});
  build.node("Constant", {}, "two");
  build.with("value_float", 2.0F);
  build.node("Mul", {"x", "two"}, "y");
  build.output("y", {2});
  const Graph graph = build.graph();
  EXPECT_EQ(graph.scalar("two", {}), 2.0);
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Mul"));
}

TEST(Graph, AReplacedValueIsTakenByNobody) {
  Graph graph = chain().graph();
  graph.replace("a", graph.add("Neg", {"x"}));
  EXPECT_THAT(graph.consumers("a"), IsEmpty());
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Neg", "Sigmoid"));
}

TEST(Graph, AReplacedOutputKeepsItsName) {
  Graph graph = chain().graph();
  graph.replace("y", graph.add("Neg", {"y"}));
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu", "Sigmoid", "Neg", "Identity"));
  EXPECT_EQ(graph.to_model().graph().output(0).name(), "y");
}

TEST(Graph, ACopyIsOfItsOwn) {
  const Graph graph = chain().graph();
  Graph copy = graph;
  copy.replace("a", copy.add("Neg", {"x"}));
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu", "Sigmoid"));
}

TEST(Graph, OutputsAndInputsCanBeDropped) {
  test::GraphBuilder build = chain();
  build.output("a", {-1, 4});
  build.input("more", {1});
  Graph graph = build.graph();
  graph.keep_output("a");
  graph.drop_input("more");
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Relu"));
  EXPECT_EQ(graph.to_model().graph().input_size(), 1);
}

TEST(Graph, OwnOperatorsAreDeclared) {
  Graph graph = chain().graph();
  graph.replace("a", graph.add("Attention", {"x"}, kOwnDomain));
  const auto model = graph.to_model();
  ASSERT_EQ(model.opset_import_size(), 2);
  EXPECT_EQ(model.opset_import(1).domain(), "clipdex");
  EXPECT_EQ(model.opset_import(1).version(), 1);
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

TEST(Graph, RefusesGraphsWithin) {
  test::GraphBuilder build = chain();
  auto model = build.build();
  auto& node = *model.mutable_graph()->mutable_node(0);
  node.set_op_type("If");
  node.add_attribute()->mutable_g();
  const Error error = error_of([&] { const Graph graph(model); });
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("a node If with a graph of its own"));
}

TEST(Graph, RefusesACircle) {
  test::GraphBuilder build;
  build.input("x", {1});
  build.node("Add", {"x", "b"}, "a");
  build.node("Neg", {"a"}, "b");
  build.output("b", {1});
  const Error error = error_of([&] { (void)build.graph().to_model(); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("depends on itself"));
}

}  // namespace
}  // namespace clipdex::model
