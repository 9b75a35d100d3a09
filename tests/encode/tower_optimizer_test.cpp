#include "encode/tower_optimizer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "clipdex/error.hpp"
#include "encode/tower.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Embedding kRight{1, 0};
const Embedding kWrong{0, 1};

/// The image tower of a test model with a proof that the test decides.
class TowerOptimizerTest : public ::testing::Test {
 protected:
  /// @param is_right says for a graph whether its vectors are the original's
  TowerTask task(std::function<bool(const model::Graph&)> is_right) {
    TowerTask task;
    task.name = "image";
    task.file = test::test_models_directory() / "immich/visual/model.onnx";
    task.output_names = kImageOutputs;
    task.probe_items = {.image_size = 32, .texts = {{1}}, .pad_id = 0};
    task.original.assign(8, kRight);
    task.original_sample.assign(1, kRight);
    task.scratch = directory_.path();
    task.encode = [is_right](const TowerGraph& tower, bool is_sample) {
      const Embedding& vector = is_right(tower.graph) ? kRight : kWrong;
      return std::vector<Embedding>(is_sample ? 1 : 8, vector);
    };
    return task;
  }

  static const model::PassRecord& record(const TowerOptimizer::Form& form, std::string_view name) {
    return *std::find_if(form.passes.begin(), form.passes.end(),
                         [&](const auto& pass) { return pass.name == name; });
  }

  static std::size_t quantised(const model::Graph& graph) {
    return graph.nodes("QuantizedLinear").size();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(TowerOptimizerTest, KeepsThePassesThatAreProved) {
  TowerOptimizer optimizer(task([](const model::Graph&) { return true; }));
  const auto form = optimizer.int8();
  ASSERT_TRUE(form.tower);
  EXPECT_TRUE(form.is_changed);
  EXPECT_TRUE(record(form, "attention").applied);
  EXPECT_TRUE(record(form, "linear").applied);
  EXPECT_EQ(quantised(form.tower->graph), 10U);
  EXPECT_EQ(form.proof.count, 8U);
  EXPECT_EQ(form.proof.worst_min, 0.995);
}

TEST_F(TowerOptimizerTest, TakesAPassBackThatChangesTheVectors) {
  TowerOptimizer optimizer(
      task([](const model::Graph& graph) { return graph.nodes("Attention").empty(); }));
  const auto form = optimizer.float32();
  ASSERT_TRUE(form.tower);
  EXPECT_FALSE(record(form, "attention").applied);
  EXPECT_THAT(record(form, "attention").detail, HasSubstr("taken back: cosine 0.0000000 median"));
  EXPECT_THAT(form.tower->graph.nodes("Attention"), IsEmpty());
}

TEST_F(TowerOptimizerTest, LeavesTheLayersInFloat32ThatHurt) {
  // Whatever else is quantised, the projection at the end must not be.
  TowerOptimizer optimizer(task([](const model::Graph& graph) {
    const auto products = graph.nodes("MatMul");
    const bool has_projection = std::any_of(products.begin(), products.end(), [](const auto* node) {
      return node->input(1) == "projection";
    });
    return quantised(graph) == 0 || has_projection;
  }));
  const auto form = optimizer.int8();
  ASSERT_TRUE(form.tower) << form.problem;
  EXPECT_GE(quantised(form.tower->graph), 5U);
  EXPECT_LT(quantised(form.tower->graph), 10U);
  EXPECT_THAT(record(form, "linear").detail, ::testing::Not(HasSubstr("; 0 layers left")));
}

TEST_F(TowerOptimizerTest, GivesUpWhenHalfOfTheLayersDoNotHelp) {
  TowerOptimizer optimizer(task([](const model::Graph& graph) { return quantised(graph) == 0; }));
  const auto form = optimizer.int8();
  EXPECT_FALSE(form.tower);
  EXPECT_THAT(form.problem, HasSubstr("its image vectors would differ too much"));
  EXPECT_THAT(form.problem, HasSubstr("cosine 0.0000000 median"));
}

TEST_F(TowerOptimizerTest, AGraphWithoutAKnownOutputStaysAsItIs) {
  TowerTask unknown = task([](const model::Graph&) { return true; });
  static constexpr std::array<std::string_view, 1> kOther{"something_else"};
  unknown.output_names = kOther;
  const auto form = TowerOptimizer(std::move(unknown)).int8();
  ASSERT_TRUE(form.tower);
  EXPECT_FALSE(form.is_changed);
  ASSERT_EQ(form.passes.size(), 1U);
  EXPECT_EQ(form.passes[0].detail, "the graph has no output that is known");
}

TEST_F(TowerOptimizerTest, AStopEndsTheRun) {
  TowerTask stopped = task([](const model::Graph&) { return true; });
  stopped.encode = [](const TowerGraph&, bool) -> std::vector<Embedding> {
    throw Exception(ErrorCode::stopped, "stopped");
  };
  EXPECT_THROW(TowerOptimizer(std::move(stopped)), Exception);
}

}  // namespace
}  // namespace clipdex::encode
