#include "model/row_wise.hpp"

#include <gmock/gmock.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(RowWise, TellsWhichInputsHoldRows) {
  test::GraphBuilder build;
  build.input("x", {3, 7, 4});
  build.input("z", {3, 7, 4});
  build.node("MatMul", {"x", build.weights("w", {4, 5})}, "product");
  build.node("Add", {build.weights("b", {4}), "x"}, "shifted");
  build.node("Add", {"x", "z"}, "sum");
  build.node("LayerNormalization", {"x", "b", "b"}, "norm");
  const Graph graph = build.graph();
  const auto rows = [&](const char* value) { return row_inputs(graph, *graph.producer(value)); };
  EXPECT_THAT(rows("product"), Optional(ElementsAre(0)));
  EXPECT_THAT(rows("shifted"), Optional(ElementsAre(1)));
  EXPECT_THAT(rows("sum"), Optional(ElementsAre(0, 1)));
  EXPECT_THAT(rows("norm"), Optional(ElementsAre(0)));
}

TEST(RowWise, WhatMixesRowsOrDiffersBetweenThemIsNot) {
  test::GraphBuilder build;
  build.input("x", {3, 7, 7});
  build.node("MatMul", {build.weights("w", {7, 7}), "x"}, "mixed");
  build.node("Add", {"x", build.weights("position", {7, 7})}, "placed");
  build.node("Softmax", {"x"}, "softmax");
  build.node("Attention", {"x"}, "own", kOwnDomain);
  build.node("LayerNormalization", {"x", "w", "w"}, "norm");
  build.with("axis", std::int64_t{1});
  const Graph graph = build.graph();
  for (const char* value : {"mixed", "placed", "softmax", "own", "norm"}) {
    EXPECT_FALSE(row_inputs(graph, *graph.producer(value))) << value;
  }
}

}  // namespace
}  // namespace clipdex::model
