// The server of an action, as a client of another make sees it: through the raw services.
#include "dds/action_server_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "dds/action_client_core.hpp"
#include "dds/scripted_server.hpp"
#include "dds/side.hpp"
#include "dds/topic.hpp"

namespace clipdex::dds {
namespace {

using test::Collected;
using test::eventually;
using test::GetFeatures;
using test::kPatience;
using test::ScriptedServer;
using test::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using SendRequest = SendGoal<GetFeatures>::Request;
using SendResponse = SendGoal<GetFeatures>::Response;
using ResultResponse = GetResult<GetFeatures>::Response;

// A reader of depth 1, as clients have, skips a status that is replaced while its loop is busy.
constexpr Qos kEveryStatusQos{.transient_local = true, .depth = 100};

/// A client made of its parts, which does nothing by itself and keeps what it sees in order.
class RawClient {
 public:
  explicit RawClient(Node& node)
      : node_(node),
        feedback_(node.make_reader("rt" + kPrefix + "feedback", kType + "FeedbackMessage_",
                                   kActionFeedbackQos, [this](Sample&&) { seen.put("feedback"); })),
        status_(node.make_reader("rt" + kPrefix + "status", GoalStatusArray::kTypeName,
                                 kEveryStatusQos, [this](Sample&& sample) { note(sample); })),
        send_(node, kPrefix + "send_goal", kType + "SendGoal_Request_",
              kType + "SendGoal_Response_", kActionServiceQos),
        cancel_(node, kPrefix + "cancel_goal", "action_msgs::srv::dds_::CancelGoal_Request_",
                "action_msgs::srv::dds_::CancelGoal_Response_", kActionServiceQos),
        result_(node, kPrefix + "get_result", kType + "GetResult_Request_",
                kType + "GetResult_Response_", kActionServiceQos) {}

  /// Waits until client and server know all of each other.
  bool wait_for_server() {
    const auto knows_server = [this] {
      return !send_.servers().empty() && !cancel_.servers().empty() && !result_.servers().empty() &&
             feedback_->matched_writers() > 0 && status_->matched_writers() > 0;
    };
    if (!node_.context().wait_until(knows_server, kPatience)) return false;
    // The server learns of readers in the order in which they were made, and answers none that it
    // does not know. An answer to the last one says that it knows the others.
    Collected<bool> answers;
    result_.send(serialize(GetResult<GetFeatures>::Request{ActionClientCore::new_id()}),
                 [&](const Payload&) { answers.put(true); });
    return !answers.wait_for(1).empty();
  }

  void send(const Payload& payload) {
    send_.send(payload, [this](const Payload& answer) {
      const auto response = deserialize<SendResponse>(answer).value_or_throw();
      EXPECT_EQ(response.stamp, Time{}) << "rclcpp leaves it 0";
      seen.put(response.accepted ? "accepted" : "rejected");
    });
  }
  /// Sends a goal with a text. @return its id
  GoalId send(const std::string& text, GoalId id = ActionClientCore::new_id()) {
    send(serialize(SendRequest{id, {false, {}, {text}}}));
    return id;
  }
  /// Sends a goal as a client does whose reader of the answer the server has not discovered yet.
  GoalId send_with_unknown_reader(const std::string& text, GoalId id = ActionClientCore::new_id()) {
    SampleIdentity back{feedback_->guid(), SampleIdentity::kUnknownNumber};
    back.writer.bytes[13] = 0xff;
    const auto writer = node_.make_writer("rq" + kPrefix + "send_goalRequest",
                                          kType + "SendGoal_Request_", kActionServiceQos);
    node_.context().wait_until([&] { return writer->matched_readers() > 0; }, kPatience);
    writer->write(serialize(SendRequest{id, {false, {}, {text}}}), &back);
    writer->wait_for_acknowledgements(kPatience);
    return id;
  }
  void ask_for_result(const GoalId& id) {
    result_.send(serialize(GetResult<GetFeatures>::Request{id}), [this](const Payload& answer) {
      const auto response = deserialize<ResultResponse>(answer).value_or_throw();
      seen.put("result " + std::to_string(response.status) + " " +
               std::to_string(response.result.error_code));
    });
  }
  CancelGoal::Response cancel(const GoalId& id, const Time& stamp = {}) {
    Collected<CancelGoal::Response> answers;
    cancel_.send(serialize(CancelGoal::Request{{id, stamp}}), [&](const Payload& answer) {
      seen.put("cancel answer");
      answers.put(deserialize<CancelGoal::Response>(answer).value_or_throw());
    });
    const auto all = answers.wait_for(1);
    return all.empty() ? CancelGoal::Response{-1, {}} : all[0];
  }
  void ask_for_result(const Payload& payload) { result_.send(payload, ignore); }
  void send_cancel(const Payload& payload) { cancel_.send(payload, ignore); }

  bool saw(const std::string& event) {
    return eventually([&] { return std::ranges::count(seen.all(), event) > 0; });
  }

  Collected<std::string> seen;
  Collected<GoalStatusArray> arrays;

 private:
  inline static const std::string kPrefix = "/clip_text_action/_action/";
  inline static const std::string kType = GetFeatures::kTypePrefix;

  static void ignore(const Payload& /*reply*/) {}
  void note(const Sample& sample) {
    auto array = deserialize<GoalStatusArray>(sample.payload).value_or_throw();
    std::string line = "status";
    for (const auto& entry : array.status_list) line += " " + std::to_string(entry.status);
    arrays.put(std::move(array));
    seen.put(line);
  }

  Node& node_;
  std::unique_ptr<RawReader> feedback_;
  std::unique_ptr<RawReader> status_;
  RawServiceClient send_;
  RawServiceClient cancel_;
  RawServiceClient result_;
};

std::vector<GoalId> ids(const CancelGoal::Response& response) {
  std::vector<GoalId> found;
  for (const GoalInfo& info : response.goals_canceling) found.push_back(info.goal_id);
  return found;
}

class ActionServerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(client_.wait_for_server()); }

  Side serving_{"serving"};
  Side asking_{"asking"};
  ScriptedServer server_{serving_.node};
  RawClient client_{asking_.node};
};

TEST_F(ActionServerTest, SaysNothingOfItsStatusBeforeTheFirstGoal) {
  client_.ask_for_result(ActionClientCore::new_id());
  ASSERT_TRUE(client_.saw("result 0 0"));
  EXPECT_THAT(client_.seen.all(), ElementsAre("result 0 0"));
}

TEST_F(ActionServerTest, TheEventsOfAGoalComeInTheOrderOfRclcpp) {
  const GoalId id = client_.send("count 2");
  client_.ask_for_result(id);
  EXPECT_THAT(client_.seen.wait_for(6), ElementsAre("accepted", "status 2", "feedback", "feedback",
                                                    "result 4 2", "status 4"));
}

TEST_F(ActionServerTest, TheStampOfAStatusIsWhenTheGoalWasAccepted) {
  const GoalId id = client_.send("count 1");
  ASSERT_THAT(client_.arrays.wait_for(2), SizeIs(2));
  const auto first = client_.arrays.all()[0].status_list[0].goal_info;
  const auto last = client_.arrays.all()[1].status_list[0].goal_info;
  EXPECT_EQ(first.goal_id, id);
  EXPECT_GT(first.stamp.sec, 1'600'000'000);
  EXPECT_EQ(first.stamp, last.stamp);
}

TEST_F(ActionServerTest, ARejectedGoalIsAnsweredAndLeavesNoTrace) {
  const GoalId id = client_.send("reject");
  ASSERT_TRUE(client_.saw("rejected"));
  client_.ask_for_result(id);
  ASSERT_TRUE(client_.saw("result 0 0"));
  EXPECT_THAT(client_.arrays.all(), IsEmpty());
}

TEST_F(ActionServerTest, ADuplicateOfAGoalIsRejectedAndTheGoalGoesOn) {
  const GoalId id = client_.send("hold");
  ASSERT_TRUE(client_.saw("accepted"));
  client_.send("count 1", id);
  ASSERT_TRUE(client_.saw("rejected"));
  client_.ask_for_result(id);
  server_.release();
  EXPECT_TRUE(client_.saw("result 4 0"));
  client_.send("count 1", id);
  EXPECT_TRUE(eventually([&] { return std::ranges::count(client_.seen.all(), "rejected") == 2; }))
      << "its id stays taken after its end";
}

TEST_F(ActionServerTest, AResultIsGivenLateAndAsOftenAsItIsAskedFor) {
  const GoalId id = client_.send("abort");
  ASSERT_TRUE(client_.saw("status 6"));
  client_.ask_for_result(id);
  client_.ask_for_result(id);
  EXPECT_TRUE(
      eventually([&] { return std::ranges::count(client_.seen.all(), "result 6 -7") == 2; }));
}

TEST_F(ActionServerTest, SeveralMayWaitForOneResult) {
  const GoalId id = client_.send("hold");
  ASSERT_TRUE(client_.saw("accepted"));
  client_.ask_for_result(id);
  client_.ask_for_result(id);
  server_.release();
  EXPECT_TRUE(
      eventually([&] { return std::ranges::count(client_.seen.all(), "result 4 0") == 2; }));
}

TEST_F(ActionServerTest, AGoalThatIsLetGoIsAborted) {
  const GoalId id = client_.send("drop");
  ASSERT_TRUE(client_.saw("status 6"));
  client_.ask_for_result(id);
  EXPECT_TRUE(client_.saw("result 6 0"));
}

TEST_F(ActionServerTest, CancellingOneGoalSaysSoBeforeItAnswers) {
  const GoalId id = client_.send("hold");
  ASSERT_TRUE(client_.saw("status 2"));
  client_.ask_for_result(id);
  const auto response = client_.cancel(id);
  EXPECT_EQ(response.return_code, CancelGoal::kNone);
  EXPECT_THAT(ids(response), ElementsAre(id));
  EXPECT_GT(response.goals_canceling[0].stamp.sec, 0);
  EXPECT_THAT(client_.seen.wait_for(6), ElementsAre("accepted", "status 2", "status 3",
                                                    "cancel answer", "result 5 -1", "status 5"));
}

TEST_F(ActionServerTest, CancellingAllCancelsThoseThatMayBe) {
  client_.send("count 0");
  ASSERT_TRUE(client_.saw("status 4"));
  const GoalId one = client_.send("hold");
  client_.send("stubborn");
  const GoalId other = client_.send("hold");
  ASSERT_TRUE(client_.saw("status 4 2 2 2"));
  const auto response = client_.cancel({});
  EXPECT_EQ(response.return_code, CancelGoal::kNone);
  EXPECT_THAT(ids(response), ElementsAre(one, other));
  EXPECT_TRUE(client_.saw("status 4 5 2 5"));
  server_.release();
  EXPECT_TRUE(client_.saw("status 4 5 4 5"));
}

TEST_F(ActionServerTest, CancellingByStampCancelsWhatWasAcceptedUntilThen) {
  const GoalId first = client_.send("hold");
  ASSERT_TRUE(client_.saw("status 2"));
  const GoalId second = client_.send("hold");
  ASSERT_TRUE(client_.saw("status 2 2"));
  const Time stamp = client_.arrays.all().back().status_list[0].goal_info.stamp;
  EXPECT_THAT(ids(client_.cancel({}, stamp)), ElementsAre(first));
  EXPECT_THAT(ids(client_.cancel(second, {1, 0})), ElementsAre(second));
}

TEST_F(ActionServerTest, WhatCannotBeCancelledIsAnsweredWithItsReason) {
  EXPECT_EQ(client_.cancel(ActionClientCore::new_id()).return_code, CancelGoal::kUnknownGoalId);
  const GoalId done = client_.send("count 0");
  ASSERT_TRUE(client_.saw("status 4"));
  EXPECT_EQ(client_.cancel(done).return_code, CancelGoal::kGoalTerminated);
  const GoalId stubborn = client_.send("stubborn");
  ASSERT_TRUE(client_.saw("status 4 2"));
  const auto refused = client_.cancel(stubborn);
  EXPECT_EQ(refused.return_code, CancelGoal::kRejected);
  EXPECT_THAT(refused.goals_canceling, IsEmpty());
  EXPECT_EQ(client_.cancel({}).return_code, CancelGoal::kRejected);
  server_.release();
  ASSERT_TRUE(client_.saw("status 4 4"));
  EXPECT_EQ(client_.cancel({}).return_code, CancelGoal::kNone) << "nothing is left to cancel";
}

TEST_F(ActionServerTest, RequestsThatCannotBeReadAreDroppedWithOneWarningEach) {
  Payload cut = serialize(SendRequest{ActionClientCore::new_id(), {false, {}, {"count 1"}}});
  cut.resize(30);
  client_.send(cut);
  cut.resize(10);
  client_.send(cut);
  client_.ask_for_result(cut);
  client_.send_cancel(cut);
  client_.send("count 0");
  ASSERT_TRUE(client_.saw("accepted"));
  EXPECT_TRUE(eventually([&] { return serving_.log_with("dropped a ").size() == 4; }));
  EXPECT_THAT(serving_.log_with("dropped a goal for /clip_text_action: "), SizeIs(2));
  EXPECT_THAT(serving_.log_with("dropped a request for a result of /clip_text_action: "),
              SizeIs(1));
  EXPECT_THAT(serving_.log_with("dropped a cancel request for /clip_text_action: "), SizeIs(1));
}

TEST_F(ActionServerTest, AServerThatEndsAbortsWhatHasNotEnded) {
  const GoalId id = client_.send("hold");
  ASSERT_TRUE(client_.saw("accepted"));
  client_.ask_for_result(id);
  // Requests of one service are taken in order: when this one is answered, the other one waits.
  client_.ask_for_result(ActionClientCore::new_id());
  ASSERT_TRUE(client_.saw("result 0 0"));
  server_.destroy_server();
  EXPECT_TRUE(client_.saw("result 6 0"));
}

TEST(ActionServerExpiry, AResultIsForgottenAfterItsTime) {
  Side serving("serving");
  Side asking("asking");
  const ScriptedServer server(serving.node, "clip_text_action", std::chrono::seconds(0));
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  const GoalId id = client.send("abort");
  ASSERT_TRUE(client.saw("status 6"));
  // The timer's task stands in the loop's queue when it is due; the request comes behind it.
  EXPECT_TRUE(eventually([&] {
    client.ask_for_result(id);
    return std::ranges::count(client.seen.all(), "result 0 0") > 0;
  }));
  client.send("count 0");
  EXPECT_TRUE(client.saw("status 4")) << "the status array forgets it, too";
}

TEST(ActionServerHandlers, AHandlerThatThrowsRejectsOrAbortsAndTheServerLives) {
  Side serving("serving");
  Side asking("asking");
  ActionServer<GetFeatures> server(
      serving.node, "clip_text_action",
      {[](const GetFeatures::Goal& goal) -> bool {
         return goal.texts.at(0) != "out of range" || goal.texts.at(7).empty();
       },
       [](ActionServer<GetFeatures>::Goal) { throw std::runtime_error("no worker is left"); },
       {}});
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  client.send("out of range");
  EXPECT_TRUE(client.saw("rejected"));
  EXPECT_THAT(serving.log_with("rejected a goal for /clip_text_action: "), SizeIs(1));
  client.send("anything");
  EXPECT_TRUE(client.saw("status 6"));
}

TEST(ActionServerHandlers, AHandlerMayDestroyTheServer) {
  Side serving("serving");
  Side asking("asking");
  std::unique_ptr<ActionServer<GetFeatures>> server;
  server = std::make_unique<ActionServer<GetFeatures>>(
      serving.node, "clip_text_action",
      ActionServer<GetFeatures>::Handlers{
          {}, [&](ActionServer<GetFeatures>::Goal) { server.reset(); }, {}});
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  client.send("anything");
  EXPECT_TRUE(client.saw("status 6"));
}

TEST(ServerGoal, OutlivesItsServerAndDoesNothingThen) {
  Side serving("serving");
  Side asking("asking");
  Collected<ActionServer<GetFeatures>::Goal> goals;
  auto server = std::make_unique<ActionServer<GetFeatures>>(
      serving.node, "clip_text_action",
      ActionServer<GetFeatures>::Handlers{
          {}, [&](ActionServer<GetFeatures>::Goal goal) { goals.put(std::move(goal)); }, {}});
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  client.send("anything");
  ASSERT_THAT(goals.wait_for(1), SizeIs(1));
  const auto goal = goals.all()[0];
  server.reset();
  goal->publish_feedback({});
  goal->succeed({true, 0});
  EXPECT_FALSE(goal->is_canceling());
  EXPECT_EQ(goal->goal().texts.at(0), "anything");
}

TEST(ServerGoal, FeedbackWaitsWhileTheAnswerWaitsForTheClientToBeDiscovered) {
  Side serving("serving");
  Side asking("asking");
  const ScriptedServer server(serving.node);
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  const GoalId id = client.send_with_unknown_reader("count 1");
  ASSERT_TRUE(client.saw("status 2"));
  std::this_thread::sleep_for(2 * ActionServerCore::kListenWaitMax);
  EXPECT_THAT(client.seen.all(), ElementsAre("status 2"));
  client.ask_for_result(id);
  EXPECT_THAT(client.seen.wait_for(4),
              ElementsAre("status 2", "feedback", "result 4 1", "status 4"));
}

TEST(ServerGoal, FeedbackOfAClientThatNeverAsksForTheResultGoesOutAllTheSame) {
  Side serving("serving");
  Side asking("asking");
  const ScriptedServer server(serving.node);
  RawClient client(asking.node);
  ASSERT_TRUE(client.wait_for_server());
  client.send("count 3");
  EXPECT_THAT(client.seen.wait_for(6),
              ElementsAre("accepted", "status 2", "feedback", "feedback", "feedback", "status 4"));
}

}  // namespace
}  // namespace clipdex::dds
