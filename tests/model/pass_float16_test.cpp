#include <gmock/gmock.h>

#include "model/passes.hpp"
#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

onnx::TensorProto half_tensor(const std::vector<int>& halves) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT16);
  tensor.add_dims(static_cast<std::int64_t>(halves.size()));
  for (const int half : halves) tensor.add_int32_data(half);
  return tensor;
}

TEST(PassFloat16, AGraphOfHalvesComputesInFloats) {
  test::GraphBuilder build;
  build.input("x", {-1, 2}, onnx::TensorProto::FLOAT16);
  build.node("Mul", {"x", build.constant("w", half_tensor({0x3C00, 0x4000}))}, "y");
  build.output("y", {-1, 2}, onnx::TensorProto::FLOAT16);
  Graph graph = build.graph();
  const PassOutcome outcome = widen_float16(graph, {});
  EXPECT_TRUE(outcome.applied);
  EXPECT_EQ(outcome.detail, "3 weights, inputs and outputs");
  EXPECT_EQ(graph.constant("w")->data_type(), onnx::TensorProto::FLOAT);
  EXPECT_THAT(*floats_of(*graph.constant("w")), ::testing::ElementsAre(1, 2));
  EXPECT_THAT(test::kinds_of(graph), ::testing::ElementsAre("Cast", "Mul", "Cast", "Identity"));
  EXPECT_EQ(graph.inputs()[0].type().tensor_type().elem_type(), onnx::TensorProto::FLOAT16);
}

TEST(PassFloat16, AGraphOfFloatsStays) {
  test::GraphBuilder build;
  build.input("x", {-1, 2});
  build.node("Relu", {"x"}, "y");
  build.output("y", {-1, 2});
  Graph graph = build.graph();
  EXPECT_EQ(widen_float16(graph, {}).detail, "the graph has no float16");
}

}  // namespace
}  // namespace clipdex::model
