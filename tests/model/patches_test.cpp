#include "model/patches.hpp"

#include <gmock/gmock.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

/// Pixels of side 4 in patches of side 2, five features each.
class Patches : public ::testing::Test {
 protected:
  Patches() {
    build_.input("pixels", {-1, 3, 4, 4});
    build_.weights("w", {5, 3, 2, 2});
    for (const auto& [name, dims] : {std::pair{"maps", Dims{3, 5, 2, 2}},
                                     {"flat", Dims{3, 5, 4}},
                                     {"rows", Dims{3, 4, 5}},
                                     {"y", Dims{3, 4, 5}}}) {
      test::set_dims(facts_, name, dims);
    }
  }

  void convolve(const Dims& strides, const Dims& pads) {
    build_.node("Conv", {"pixels", "w"}, "maps");
    build_.with("strides", strides).with("pads", pads);
  }

  Graph finished() {
    build_.node("Reshape", {"maps", build_.integers("shape", {0, 5, -1})}, "flat");
    build_.node("Transpose", {"flat"}, "rows");
    build_.with("perm", Dims{0, 2, 1});
    build_.node("Relu", {"rows"}, "y");
    build_.output("y", {-1, 4, 5});
    return build_.graph();
  }

  test::GraphBuilder build_;
  Facts facts_;
};

TEST_F(Patches, AConvolutionSideBySideBecomesALinearLayer) {
  convolve({2, 2}, {0, 0, 0, 0});
  Graph graph = finished();
  EXPECT_EQ(unfold_patches(graph, facts_, {}), 1U);
  EXPECT_THAT(test::kinds_of(graph),
              ElementsAre("Reshape", "Transpose", "Reshape", "MatMul", "Relu"));
}

TEST_F(Patches, TheLayerHasTheWeightsOfTheConvolution) {
  convolve({2, 2}, {0, 0, 0, 0});
  Graph graph = finished();
  const auto kernel = *floats_of(*graph.constant("w"));
  ASSERT_EQ(unfold_patches(graph, facts_, {}), 1U);
  const auto weights = *floats_of(*graph.constant(graph.nodes("MatMul")[0]->input(1)));
  EXPECT_EQ(weights[7 * 5 + 2], kernel[2 * 12 + 7]);
}

TEST_F(Patches, WindowsThatOverlapOrLeaveTheImageStay) {
  convolve({1, 1}, {0, 0, 0, 0});
  Graph graph = finished();
  EXPECT_EQ(unfold_patches(graph, facts_, {}), 0U);
  convolve({2, 2}, {1, 1, 1, 1});
  Graph padded = build_.graph();
  EXPECT_EQ(unfold_patches(padded, facts_, {}), 0U);
  EXPECT_THAT(test::kinds_of(graph), Contains("Conv"));
}

TEST_F(Patches, OneThatIsToStayStays) {
  convolve({2, 2}, {0, 0, 0, 0});
  Graph graph = finished();
  EXPECT_EQ(unfold_patches(graph, facts_, {"maps"}), 0U);
  EXPECT_THAT(test::kinds_of(graph), Not(Contains("MatMul")));
}

}  // namespace
}  // namespace clipdex::model
