#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;

/// The last block of a transformer from its attention on, and a row that is taken of it.
class PassPooledToken : public ::testing::Test {
 protected:
  Graph block(std::int64_t row) {
    test::GraphBuilder build;
    build.input("x", {-1, 5, 4});
    build.node("Relu", {"x"}, "before");
    build.node("MatMul", {"before", build.weights("qkv", {4, 12})}, "packed");
    build.node("Attention", {"packed"}, "mixed", kOwnDomain);
    build.with("heads", std::int64_t{2}).with("queries", std::int64_t{0});
    build.node("MatMul", {"mixed", build.weights("out", {4, 4})}, "projected");
    build.node("Add", {"before", "projected"}, "sum");
    build.node("LayerNormalization", {"sum", build.weights("g", {4}), "g"}, "norm");
    build.node("MatMul", {"norm", build.weights("up", {4, 4})}, "hidden");
    build.node("Add", {"sum", "hidden"}, "z");
    build.node("Gather", {"z", build.integer("row", row)}, "y");
    build.with("axis", std::int64_t{1});
    build.output("y", {-1, 4});
    for (const char* name : {"before", "mixed", "projected", "sum", "norm", "hidden", "z"}) {
      test::set_dims(facts_, name, {3, 5, 4});
    }
    return build.graph();
  }

  Facts facts_;
};

TEST_F(PassPooledToken, TheLastBlockComputesTheFirstRowAlone) {
  Graph graph = block(0);
  EXPECT_TRUE(narrow_to_pooled_token(graph, facts_).applied);
  ASSERT_EQ(graph.nodes("Attention").size(), 1U);
  EXPECT_EQ(int_attribute(*graph.nodes("Attention")[0], "queries", 0), 1);
  EXPECT_EQ(int_attribute(*graph.nodes("Attention")[0], "heads", 0), 2);
  EXPECT_EQ(graph.nodes("Slice").size(), 1U);
  EXPECT_EQ(graph.nodes("Slice")[0]->input(0), "before");
  EXPECT_THAT(graph.nodes("MatMul"), ::testing::SizeIs(3));
}

TEST_F(PassPooledToken, AnotherRowThanTheFirstChangesNothing) {
  Graph graph = block(2);
  EXPECT_FALSE(narrow_to_pooled_token(graph, facts_).applied);
  EXPECT_THAT(graph.nodes("Slice"), ::testing::IsEmpty());
}

TEST_F(PassPooledToken, WithoutAKnownAttentionNothingChanges) {
  test::GraphBuilder build;
  build.input("x", {-1, 5, 4});
  build.node("Sigmoid", {"x"}, "z");
  build.node("Gather", {"z", build.integer("row", 0)}, "y");
  build.with("axis", std::int64_t{1});
  build.output("y", {-1, 4});
  test::set_dims(facts_, "z", {3, 5, 4});
  Graph graph = build.graph();
  EXPECT_THAT(narrow_to_pooled_token(graph, facts_).detail,
              "the graph does not end in the first row of a block that is known");
  EXPECT_THAT(test::kinds_of(graph), ElementsAre("Sigmoid", "Gather"));
}

}  // namespace
}  // namespace clipdex::model
