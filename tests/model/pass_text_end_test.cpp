#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

/// Token ids → features and places → attention → y.
class PassTextEnd : public ::testing::Test {
 protected:
  Graph tower(std::int64_t length, bool is_causal, const Dims& reshape = {-1, 16, 4}) {
    test::GraphBuilder build;
    build.input("ids", {-1, length}, onnx::TensorProto::INT64);
    build.input("attention_mask", {-1, length}, onnx::TensorProto::INT64);
    build.node("Gather", {build.weights("tokens", {50, 4}), "ids"}, "features");
    build.node("Add", {"features", build.weights("places", {16, 4})}, "placed");
    build.node("Reshape", {"placed", build.integers("shape", reshape)}, "x");
    build.node("Attention", {"x"}, "y", kOwnDomain);
    build.with("causal", std::int64_t{is_causal});
    build.output("y", {-1, length, 4});
    test::set_dims(facts_, "features", {3, 16, 4});
    test::set_dims(facts_, "placed", {3, 16, 4});
    test::set_dims(facts_, "x", {3, 16, 4});
    return build.graph();
  }

  Facts facts_;
};

TEST_F(PassTextEnd, ACausalTowerTakesTextsOfAnyLength) {
  Graph graph = tower(16, true);
  const PassOutcome outcome = stop_text_at_end(graph, facts_);
  EXPECT_TRUE(outcome.applied);
  EXPECT_EQ(outcome.sequence_input, "ids");
  EXPECT_EQ(outcome.detail, "texts of up to 16 ids, 1 constants cut to their length");
  ASSERT_EQ(graph.inputs().size(), 1U) << "the mask hides nothing any more";
  EXPECT_FALSE(graph.inputs()[0].type().tensor_type().shape().dim(1).has_dim_value());
  EXPECT_EQ(graph.nodes("Slice")[0]->input(0), "places");
  EXPECT_EQ(integers_of(*graph.constant(graph.nodes("Reshape")[0]->input(1))), (Dims{-1, 0, 4}));
}

TEST_F(PassTextEnd, ATowerThatTakesAnyLengthStaysAsItIs) {
  Graph graph = tower(-1, true);
  const PassOutcome outcome = stop_text_at_end(graph, facts_);
  EXPECT_TRUE(outcome.applied);
  EXPECT_EQ(outcome.detail, "the graph takes texts of any length already");
}

TEST_F(PassTextEnd, ATowerThatLooksAheadNeedsTheWholeContext) {
  Graph graph = tower(16, false);
  const PassOutcome outcome = stop_text_at_end(graph, facts_);
  EXPECT_FALSE(outcome.applied);
  EXPECT_EQ(outcome.detail, "its attention is not causal");
  EXPECT_TRUE(graph.inputs()[0].type().tensor_type().shape().dim(1).has_dim_value());
}

TEST_F(PassTextEnd, AReshapeThatNeedsTheContextIsARefusal) {
  Graph graph = tower(16, true, {-1, 4, 16});
  test::set_dims(facts_, "x", {3, 4, 16});
  EXPECT_EQ(stop_text_at_end(graph, facts_).detail,
            "a reshape of the graph needs the whole context");
}

TEST_F(PassTextEnd, AnImageTowerHasNoText) {
  test::GraphBuilder build;
  build.input("pixels", {-1, 3, 4, 4});
  build.node("Relu", {"pixels"}, "y");
  build.output("y", {-1, 3, 4, 4});
  Graph graph = build.graph();
  EXPECT_EQ(stop_text_at_end(graph, {}).detail, "the graph takes no token ids");
}

}  // namespace
}  // namespace clipdex::model
