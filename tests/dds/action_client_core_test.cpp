// The client of an action in front of our server, and of one that plays tricks.
#include "dds/action_client_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "dds/action_client.hpp"
#include "dds/scripted_server.hpp"
#include "dds/side.hpp"

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

using Client = ActionClient<GetFeatures>;

GetFeatures::Goal goal(const std::string& text) { return {false, {}, {text}}; }

class ActionClientTest : public ::testing::Test {
 protected:
  Client::Callbacks collect() {
    return {[this](bool accepted) { seen_.put(accepted ? "accepted" : "rejected"); },
            [this](const GetFeatures::Feedback& one) { seen_.put("feedback " + one.item.text); },
            [this](GoalStatus status, const GetFeatures::Result& result) {
              seen_.put("result " + std::to_string(static_cast<int>(status)) + " " +
                        std::to_string(result.error_code));
            }};
  }
  bool saw(const std::string& event) {
    return eventually([&] { return std::ranges::count(seen_.all(), event) > 0; });
  }

  Collected<std::string> seen_;
  Side serving_{"serving"};
  Side asking_{"asking"};
};

TEST_F(ActionClientTest, AGoalIsAnsweredGetsItsFeedbackAndItsResult) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  client.send_goal(goal("count 3"), collect());
  EXPECT_THAT(seen_.wait_for(5),
              ElementsAre("accepted", "feedback 0", "feedback 1", "feedback 2", "result 4 3"));
}

TEST_F(ActionClientTest, AResultNeverOvertakesFeedback) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  client.send_goal(goal("count 2000"), collect());
  const auto seen = seen_.wait_for(2002);
  ASSERT_THAT(seen, SizeIs(2002));
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(seen[static_cast<std::size_t>(i) + 1], "feedback " + std::to_string(i));
  }
  EXPECT_EQ(seen.back(), "result 4 2000");
}

TEST_F(ActionClientTest, ARejectedGoalGetsNothingButItsAnswer) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  client.send_goal(goal("reject"), collect());
  ASSERT_TRUE(saw("rejected"));
  client.send_goal(goal("abort"), collect());
  ASSERT_TRUE(saw("result 6 -7"));
  EXPECT_THAT(seen_.all(), ElementsAre("rejected", "accepted", "result 6 -7"));
}

TEST_F(ActionClientTest, ACancelShowsInTheResult) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  const GoalId id = client.send_goal(goal("hold"), collect());
  ASSERT_TRUE(saw("accepted"));
  client.cancel(id);
  EXPECT_TRUE(saw("result 5 -1"));
}

TEST_F(ActionClientTest, ACancelBeforeTheAnswerIsNotLost) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  client.cancel(client.send_goal(goal("hold"), collect()));
  EXPECT_TRUE(saw("result 5 -1"));
  client.cancel(ActionClientCore::new_id());  // Of a goal that is not ours: nothing happens.
}

TEST_F(ActionClientTest, AForgottenGoalGetsNoCallbackAnyMore) {
  ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  const GoalId id = client.send_goal(goal("hold"), collect());
  ASSERT_TRUE(saw("accepted"));
  client.forget(id);
  server.release();
  client.send_goal(goal("count 0"), collect());
  ASSERT_TRUE(saw("result 4 0"));
  EXPECT_THAT(seen_.all(), ElementsAre("accepted", "accepted", "result 4 0"));
}

TEST_F(ActionClientTest, ForgettingWaitsForTheCallbackThatRuns) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  std::promise<void> begun;
  std::promise<void> may_end;
  std::atomic<bool> ended = false;
  const GoalId id = client.send_goal(goal("hold"), {[&](bool) {
                                                      begun.set_value();
                                                      may_end.get_future().wait();
                                                      ended = true;
                                                    },
                                                    {},
                                                    {}});
  begun.get_future().wait();
  std::thread helper([&] { may_end.set_value(); });
  client.forget(id);
  EXPECT_TRUE(ended);
  helper.join();
}

TEST_F(ActionClientTest, CallbacksMayForgetSendAndDestroyTheClient) {
  const ScriptedServer server(serving_.node);
  auto client = std::make_unique<Client>(asking_.node, "clip_text_action");
  ASSERT_TRUE(client->wait_for_server(kPatience));
  std::promise<GoalId> sent;
  auto first = sent.get_future();
  sent.set_value(client->send_goal(
      goal("count 100"), {{},
                          [&](const GetFeatures::Feedback& feedback) {
                            if (feedback.item.text != "3") return;
                            client->forget(first.get());
                            auto callbacks = collect();
                            callbacks.on_result = [&](GoalStatus, const GetFeatures::Result&) {
                              client.reset();
                              seen_.put("destroyed");
                            };
                            client->send_goal(goal("abort"), std::move(callbacks));
                          },
                          [&](GoalStatus, const GetFeatures::Result&) { seen_.put("too much"); }}));
  ASSERT_TRUE(saw("destroyed"));
  EXPECT_THAT(seen_.all(), ElementsAre("accepted", "destroyed"));
}

TEST_F(ActionClientTest, AfterAClientWasDestroyedNoneOfItsCallbacksRuns) {
  const ScriptedServer server(serving_.node);
  auto client = std::make_unique<Client>(asking_.node, "clip_text_action");
  ASSERT_TRUE(client->wait_for_server(kPatience));
  std::atomic<bool> is_alive = true;
  std::atomic<int> late = 0;
  const auto note = [&] { late += is_alive ? 0 : 1; };
  for (int i = 0; i < 5; ++i) {
    client->send_goal(goal("count 1000"),
                      {[&](bool) { note(); },
                       [&](const GetFeatures::Feedback& one) {
                         note();
                         seen_.put(one.item.text);
                       },
                       [&](GoalStatus, const GetFeatures::Result&) { note(); }});
  }
  seen_.wait_for(100);
  client.reset();
  is_alive = false;
  asking_.context.loop().run_and_wait([] {});
  EXPECT_EQ(late, 0);
}

TEST_F(ActionClientTest, IsReadyOnlyForAServerWithAllItsParts) {
  Client client(asking_.node, "clip_text_action");
  EXPECT_FALSE(client.server_is_ready());
  const std::string prefix = "/clip_text_action/_action/";
  const std::string type = GetFeatures::kTypePrefix;
  const auto nothing = [](const SampleIdentity&, const Payload&) {};
  const RawServiceServer send(serving_.node, prefix + "send_goal", type + "SendGoal_Request_",
                              type + "SendGoal_Response_", kServiceQos, nothing);
  const RawServiceServer result(serving_.node, prefix + "get_result", type + "GetResult_Request_",
                                type + "GetResult_Response_", kServiceQos, nothing);
  const RawServiceServer cancel(
      serving_.node, prefix + "cancel_goal", "action_msgs::srv::dds_::CancelGoal_Request_",
      "action_msgs::srv::dds_::CancelGoal_Response_", kServiceQos, nothing);
  const auto feedback =
      serving_.node.make_writer("rt" + prefix + "feedback", type + "FeedbackMessage_", kDefaultQos);
  ASSERT_TRUE(eventually([&] { return feedback->matched_readers() == 1; }));
  EXPECT_FALSE(client.wait_for_server(std::chrono::milliseconds(200))) << "no status";
  const auto status = serving_.node.make_writer("rt" + prefix + "status",
                                                GoalStatusArray::kTypeName, kActionStatusQos);
  EXPECT_TRUE(client.wait_for_server(kPatience));
}

TEST_F(ActionClientTest, FeedbackThatComesBeforeTheAnswerIsTaken) {
  using Request = SendGoal<GetFeatures>::Request;
  const std::string prefix = "/clip_text_action/_action/";
  const std::string type = GetFeatures::kTypePrefix;
  Collected<std::pair<SampleIdentity, Request>> requests;
  RawServiceServer server(serving_.node, prefix + "send_goal", type + "SendGoal_Request_",
                          type + "SendGoal_Response_", kServiceQos,
                          [&](const SampleIdentity& id, const Payload& payload) {
                            requests.put({id, deserialize<Request>(payload).value_or_throw()});
                          });
  const auto feedback =
      serving_.node.make_writer("rt" + prefix + "feedback", type + "FeedbackMessage_", kDefaultQos);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(eventually([&] { return feedback->matched_readers() == 1; }));
  GoalId id;
  ASSERT_TRUE(eventually([&] {  // The request goes nowhere before the server is matched.
    id = client.send_goal(goal("x"), collect());
    return requests.wait_for(1, std::chrono::seconds(1)).size() > 0;
  }));
  FeedbackMessage<GetFeatures> message{requests.all().back().second.goal_id, {}};
  message.feedback.item.text = "early";
  feedback->write(serialize(message));
  ASSERT_TRUE(saw("feedback early"));
  server.reply(requests.all().back().first, serialize(SendGoal<GetFeatures>::Response{true, {}}));
  EXPECT_TRUE(saw("accepted"));
}

TEST_F(ActionClientTest, FeedbackThatCannotBeReadIsDroppedWithOneWarning) {
  ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  const auto stranger = serving_.node.make_writer(
      "rt/clip_text_action/_action/feedback",
      std::string(GetFeatures::kTypePrefix) + "FeedbackMessage_", kDefaultQos);
  const GoalId id = client.send_goal(goal("hold"), collect());
  ASSERT_TRUE(saw("accepted"));
  ASSERT_TRUE(eventually([&] { return stranger->matched_readers() == 1; }));
  Payload cut = serialize(FeedbackMessage<GetFeatures>{id, {}});
  cut.resize(22);
  stranger->write(cut);
  cut.resize(8);
  stranger->write(cut);
  ASSERT_TRUE(stranger->wait_for_acknowledgements(kPatience));
  server.release();
  ASSERT_TRUE(saw("result 4 0"));
  EXPECT_THAT(asking_.log_with("dropped feedback of /clip_text_action: "), SizeIs(2));
}

TEST_F(ActionClientTest, IdsAreRandom) {
  std::set<GoalId> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(ActionClientCore::new_id());
  EXPECT_THAT(ids, SizeIs(1000));
}

TEST_F(ActionClientTest, ManyThreadsMaySendGoalsAtOnce) {
  const ScriptedServer server(serving_.node);
  Client client(asking_.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  Collected<int> results;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        client.send_goal(goal("count 5"),
                         {{}, {}, [&](GoalStatus, const GetFeatures::Result& result) {
                            results.put(result.error_code);
                          }});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results.wait_for(80), std::vector<int>(80, 5));
}

}  // namespace
}  // namespace clipdex::dds
