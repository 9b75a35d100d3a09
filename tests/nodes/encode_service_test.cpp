#include "nodes/encode_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "dds/action_client.hpp"
#include "dds/graph.hpp"
#include "dds/topic.hpp"
#include "nodes/fake_encoder.hpp"
#include "nodes/fake_item_encoder.hpp"
#include "nodes/goal_codes.hpp"

namespace clipdex::nodes {
namespace {

using dds::GoalStatus;
using test::Collected;
using testing::ElementsAre;
using Kind = ItemEncoder::Kind;
using dds::clip_msgs::GetFeatures;
using Client = dds::ActionClient<GetFeatures>;

/// What a client hears of one goal.
struct Heard {
  Collected<bool> responses;
  Collected<GetFeatures::Feedback> feedback;
  Collected<std::pair<GoalStatus, GetFeatures::Result>> results;

  std::pair<GoalStatus, GetFeatures::Result> end() const {
    const auto all = results.wait_for(1);
    return all.empty() ? std::pair(GoalStatus::unknown, GetFeatures::Result{}) : all.front();
  }
};

/// A service with a fake encoder, and a client in a context of its own.
class EncodeServiceTest : public testing::Test {
 protected:
  void serve(EncodeServiceOptions options = {}) {
    service_ = std::make_unique<EncodeService>(server_.node, "/encode", encoder_, options);
    ASSERT_TRUE(client_.wait_for_server(test::kPatience));
  }

  std::shared_ptr<Heard> send(std::vector<std::string> urls, std::vector<std::string> texts = {}) {
    auto heard = std::make_shared<Heard>();
    last_ = client_.send_goal({!urls.empty(), std::move(urls), std::move(texts)},
                              {[heard](bool accepted) { heard->responses.put(accepted); },
                               [heard](const auto& feedback) { heard->feedback.put(feedback); },
                               [heard](GoalStatus status, const GetFeatures::Result& result) {
                                 heard->results.put({status, result});
                               }});
    return heard;
  }

  std::shared_ptr<Heard> send_count(const std::string& prefix, int count) {
    std::vector<std::string> urls;
    for (int i = 0; i < count; ++i) urls.push_back(prefix + std::to_string(i));
    return send(std::move(urls));
  }

  test::FakeItemEncoder encoder_;
  test::ClientNode server_;
  test::ClientNode ours_;
  std::unique_ptr<EncodeService> service_;
  Client client_{ours_.node, "/encode"};
  dds::GoalId last_;
};

TEST_F(EncodeServiceTest, EveryItemIsAnsweredAndThenTheGoalSucceeds) {
  serve();
  const auto heard = send({"a.png", "bc.png", "def.png"});
  const auto [status, result] = heard->end();
  EXPECT_EQ(status, GoalStatus::succeeded);
  EXPECT_TRUE(result.success);
  EXPECT_EQ(result.error_code, kGoalOk);
  const auto feedback = heard->feedback.all();
  ASSERT_EQ(feedback.size(), 3U);
  EXPECT_TRUE(feedback[1].item.type);
  EXPECT_EQ(feedback[1].item.url, "bc.png");
  EXPECT_EQ(feedback[1].item.text, "");
  EXPECT_THAT(feedback[1].item.feature, ElementsAre(6, 1));
  EXPECT_THAT(feedback[1].item.extra,
              ElementsAre("model=" + std::string(64, 'c'), "dimension=2", "index=1"));
  EXPECT_FLOAT_EQ(feedback[0].current_progress, 1.0F / 3);
  EXPECT_FLOAT_EQ(feedback[2].current_progress, 1);
}

TEST_F(EncodeServiceTest, AFailedItemIsAnsweredWithItsReasonAndTheOthersGoOn) {
  encoder_.errors = {{"broken", {ErrorCode::corrupt, "broken: it is cut off"}},
                     {"gone", {ErrorCode::not_found, "there is no gone"}}};
  serve();
  const auto heard = send({"good", "gone", "broken", "fine"});
  const auto [status, result] = heard->end();
  EXPECT_EQ(status, GoalStatus::succeeded);
  EXPECT_FALSE(result.success);
  EXPECT_EQ(result.error_code, goal_code_of(ErrorCode::not_found));
  const auto feedback = heard->feedback.all();
  ASSERT_EQ(feedback.size(), 4U);
  EXPECT_TRUE(feedback[2].item.feature.empty());
  EXPECT_EQ(feedback[2].item.extra.back(), "error=corrupt: broken: it is cut off");
  EXPECT_THAT(feedback[3].item.feature, ElementsAre(4, 1));
}

TEST_F(EncodeServiceTest, AGoalWithoutItemsSucceeds) {
  serve();
  const auto heard = send({});
  EXPECT_EQ(heard->end().first, GoalStatus::succeeded);
  EXPECT_TRUE(heard->end().second.success);
  EXPECT_EQ(heard->feedback.size(), 0U);
}

TEST_F(EncodeServiceTest, AGoalOfTheOtherKindIsAborted) {
  serve();
  const auto heard = send({}, {"a dog"});
  EXPECT_EQ(heard->end().first, GoalStatus::aborted);
  EXPECT_EQ(heard->end().second.error_code, goal_code_of(ErrorCode::invalid_argument));
  EXPECT_TRUE(encoder_.begun().empty());
}

TEST_F(EncodeServiceTest, ACancelledGoalEndsAtTheNextBatch) {
  encoder_.hold("x1");
  serve();
  const auto heard = send_count("x", 10);
  encoder_.wait_for("x1");
  client_.cancel(last_);
  // The cancellation has arrived when a later request is answered: both wait in one line.
  Collected<GoalStatus> seen;
  const dds::Subscription<dds::GoalStatusArray> states(
      ours_.node, "/encode/_action/status",
      [&](dds::GoalStatusArray&& array) {
        if (array.status_list.empty()) return;
        seen.put(static_cast<GoalStatus>(array.status_list.back().status));
      },
      dds::kActionStatusQos);
  ASSERT_TRUE(test::eventually([&] {
    const auto all = seen.all();
    return !all.empty() && all.back() == GoalStatus::canceling;
  }));
  encoder_.release("x1");
  EXPECT_EQ(heard->end().first, GoalStatus::canceled);
  EXPECT_EQ(heard->end().second.error_code, goal_code_of(ErrorCode::stopped));
  EXPECT_THAT(encoder_.begun(), ElementsAre("x0", "x1"));
}

TEST_F(EncodeServiceTest, ALongGoalDoesNotKeepAShortOneWaiting) {
  encoder_.hold("long0");
  serve();
  const auto long_goal = send_count("long", 40);
  encoder_.wait_for("long0");
  const auto short_goal = send_count("short", 1);
  ASSERT_EQ(short_goal->responses.wait_for(1).size(), 1U);
  // Accepted goals get their place in the line on the server's loop, right after the answer.
  server_.context.loop().run_and_wait([] {});
  encoder_.release("long0");
  EXPECT_EQ(short_goal->end().first, GoalStatus::succeeded);
  EXPECT_EQ(long_goal->end().first, GoalStatus::succeeded);
  const auto begun = encoder_.begun();
  const auto place = std::find(begun.begin(), begun.end(), "short0") - begun.begin();
  EXPECT_LE(place, 4) << "after the portion that was held, and one more";
}

TEST_F(EncodeServiceTest, GoalsBeyondTheMaximumAreRejected) {
  encoder_.hold("a0");
  encoder_.hold("b0");
  serve({.threads = 1, .goals_max = 2});
  const auto first = send_count("a", 1);
  const auto second = send_count("b", 1);
  EXPECT_THAT(second->responses.wait_for(1), ElementsAre(true));
  const auto third = send_count("c", 1);
  EXPECT_THAT(third->responses.wait_for(1), ElementsAre(false));
  encoder_.release("a0");
  encoder_.release("b0");
  EXPECT_EQ(first->end().first, GoalStatus::succeeded);
  EXPECT_EQ(second->end().first, GoalStatus::succeeded);
}

TEST_F(EncodeServiceTest, AModelThatFailsAbortsTheGoalAndNotTheNext) {
  encoder_.throws = {{"poison", {ErrorCode::internal, "the runtime failed"}}};
  serve();
  const auto heard = send({"poison", "a", "b", "c", "d"});
  EXPECT_EQ(heard->end().first, GoalStatus::aborted);
  EXPECT_FALSE(heard->end().second.success);
  EXPECT_EQ(heard->end().second.error_code, goal_code_of(ErrorCode::internal));
  EXPECT_EQ(send({"a"})->end().first, GoalStatus::succeeded);
}

TEST_F(EncodeServiceTest, AnItemThatFailsItsBatchLeavesTheOthersTheirVectors) {
  encoder_.throws = {{"odd", {ErrorCode::corrupt, "no finite vector"}}};
  serve();
  const auto heard = send({"odd", "even"});
  EXPECT_EQ(heard->end().first, GoalStatus::succeeded);
  const auto feedback = heard->feedback.all();
  ASSERT_EQ(feedback.size(), 2U);
  EXPECT_EQ(find_extra(feedback[0].item.extra, kErrorKey), "corrupt: no finite vector");
  EXPECT_THAT(feedback[1].item.feature, ElementsAre(4, 1));
}

TEST_F(EncodeServiceTest, AtItsEndItAbortsTheGoalsThatAreLeft) {
  encoder_.hold("x0");
  serve();
  const auto heard = send_count("x", 6);
  encoder_.wait_for("x0");
  std::thread ending([this] { service_.reset(); });
  // A service that takes no goals any more gives no work any more, either.
  std::vector<std::shared_ptr<Heard>> later;
  do {
    later.push_back(send_count("later", 1));
  } while (later.back()->responses.wait_for(1) == std::vector{true});
  later.pop_back();
  encoder_.release("x0");
  ending.join();
  later.push_back(heard);
  for (const auto& goal : later) {
    EXPECT_EQ(goal->end().first, GoalStatus::aborted);
    EXPECT_EQ(goal->end().second.error_code, goal_code_of(ErrorCode::stopped));
  }
  EXPECT_THAT(encoder_.begun(), ElementsAre("x0", "x1"));
}

TEST_F(EncodeServiceTest, ManyGoalsOnSeveralThreadsGetEachItemOnceAndProgressNeverGoesBack) {
  serve({.threads = 4});
  std::vector<std::shared_ptr<Heard>> goals;
  for (int i = 0; i < 50; ++i) goals.push_back(send_count(std::to_string(i) + "-", 7));
  for (const auto& heard : goals) {
    ASSERT_EQ(heard->end().first, GoalStatus::succeeded);
    std::set<std::string> urls;
    float progress = 0;
    for (const auto& feedback : heard->feedback.all()) {
      urls.insert(feedback.item.url);
      EXPECT_GT(feedback.current_progress, progress);
      progress = feedback.current_progress;
    }
    EXPECT_EQ(urls.size(), 7U);
    EXPECT_EQ(heard->feedback.size(), 7U);
  }
}

}  // namespace
}  // namespace clipdex::nodes
