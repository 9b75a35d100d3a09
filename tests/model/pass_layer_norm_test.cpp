#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

/// A layer norm as exporters before version 17 write it.
Graph spelled_out(const std::string& square = "Pow", std::int64_t axis = -1) {
  test::GraphBuilder build;
  build.input("x", {-1, 7, 4});
  build.number("epsilon", 1e-5F);
  build.number("two", 2);
  build.node("ReduceMean", {"x"}, "mean");
  build.with("axes", Dims{axis});
  build.node("Sub", {"x", "mean"}, "centred");
  build.node(square, {"centred", square == "Pow" ? "two" : "centred"}, "square");
  build.node("ReduceMean", {"square"}, "variance");
  build.with("axes", Dims{axis});
  build.node("Add", {"variance", "epsilon"}, "safe");
  build.node("Sqrt", {"safe"}, "deviation");
  build.node("Div", {"centred", "deviation"}, "unit");
  build.node("Mul", {"unit", build.weights("gamma", {4})}, "scaled");
  build.node("Add", {"scaled", build.weights("beta", {4})}, "y");
  build.node("Relu", {"y"}, "z");
  build.output("z", {-1, 7, 4});
  return build.graph();
}

TEST(PassLayerNorm, BothSpellingsOfTheSquareAreKnown) {
  for (const char* square : {"Pow", "Mul"}) {
    Graph graph = spelled_out(square);
    EXPECT_EQ(fuse_layer_norm(graph, {}).detail, "1 layer norms");
    EXPECT_THAT(test::kinds_of(graph), ::testing::ElementsAre("LayerNormalization", "Relu"));
    const onnx::NodeProto* norm = graph.nodes("LayerNormalization")[0];
    EXPECT_THAT(norm->input(), ::testing::ElementsAre("x", "gamma", "beta"));
    EXPECT_FLOAT_EQ(float_attribute(*norm, "epsilon", 0), 1e-5F);
  }
}

TEST(PassLayerNorm, AMeanOverAnotherAxisIsAnotherThing) {
  Graph graph = spelled_out("Pow", 1);
  EXPECT_EQ(fuse_layer_norm(graph, {}).detail, "the graph has no layer norm");
  Facts facts;
  for (const char* value : {"x", "square"}) test::set_dims(facts, value, {3, 7, 4});
  Graph last = spelled_out("Pow", 2);
  EXPECT_FALSE(fuse_layer_norm(last, {}).applied) << "of unknown rank, 2 may be any axis";
  EXPECT_TRUE(fuse_layer_norm(last, facts).applied);
}

}  // namespace
}  // namespace clipdex::model
