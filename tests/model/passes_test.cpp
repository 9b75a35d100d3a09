#include "model/passes.hpp"

#include <gmock/gmock.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

TEST(Passes, RunInTheOrderInWhichTheyNeedEachOther) {
  std::vector<std::string> names;
  for (const ExactPass& pass : exact_passes()) names.emplace_back(pass.name);
  EXPECT_THAT(names, ::testing::ElementsAre("float32", "shapes", "layer norm", "attention", "rows",
                                            "pooled token", "text end"));
}

TEST(Passes, LeaveAGraphAloneThatTheyDoNotKnow) {
  test::GraphBuilder build;
  build.input("x", {-1, 3, 4, 4});
  build.node("GlobalAveragePool", {"x"}, "y");
  build.output("y", {-1, 3, 1, 1});
  Graph graph = build.graph();
  for (const ExactPass& pass : exact_passes()) {
    const PassOutcome outcome = pass.run(graph, {});
    EXPECT_FALSE(outcome.applied) << pass.name;
    EXPECT_NE(outcome.detail, "") << pass.name;
    EXPECT_THAT(test::kinds_of(graph), ::testing::ElementsAre("GlobalAveragePool")) << pass.name;
  }
}

}  // namespace
}  // namespace clipdex::model
