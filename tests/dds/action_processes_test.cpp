// An action between processes, some of which are killed or frozen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "dds/action_client.hpp"
#include "dds/peer.hpp"
#include "dds/scripted_server.hpp"
#include "dds/side.hpp"
#include "support/places.hpp"

namespace clipdex::dds {
namespace {

using test::Collected;
using test::eventually;
using test::GetFeatures;
using test::kPatience;
using test::Peer;
using test::ScriptedServer;
using test::Side;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using Client = ActionClient<GetFeatures>;

std::string domain() { return std::to_string(test::own_domain().domain_id); }

/// Sends a goal and waits for its result. @return its code, nothing if it does not come in time
std::optional<int> result_of(Client& client, const std::string& text,
                             std::chrono::seconds patience = kPatience) {
  Collected<int> results;
  const GoalId id = client.send_goal(
      {false, {}, {text}},
      {{}, {}, [&](GoalStatus, const GetFeatures::Result& one) { results.put(one.error_code); }});
  const auto all = results.wait_for(1, patience);
  client.forget(id);
  return all.empty() ? std::nullopt : std::optional(all[0]);
}

/// While it lives, processes that are started offer shared memory beside UDP, as rmw_fastrtps does.
class SharedMemoryOffered {
 public:
  SharedMemoryOffered() {
    const auto file = directory_.path() / "profile.xml";
    test::write_text(file, kProfile);
    ::setenv(kVariable, file.c_str(), 1);
  }
  ~SharedMemoryOffered() { ::unsetenv(kVariable); }
  SharedMemoryOffered(const SharedMemoryOffered&) = delete;
  SharedMemoryOffered& operator=(const SharedMemoryOffered&) = delete;

 private:
  static constexpr const char* kVariable = "FASTRTPS_DEFAULT_PROFILES_FILE";
  static constexpr const char* kProfile = R"(
<dds><profiles xmlns="http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles">
  <transport_descriptors><transport_descriptor>
    <transport_id>shared</transport_id><type>SHM</type>
  </transport_descriptor></transport_descriptors>
  <participant profile_name="both" is_default_profile="true"><rtps>
    <userTransports><transport_id>shared</transport_id></userTransports>
    <useBuiltinTransports>false</useBuiltinTransports>
  </rtps></participant>
</profiles></dds>)";
  test::TemporaryDirectory directory_;
};

/// Every call of an action, between two processes.
void every_call_works(Peer& server, Peer& client) {
  ASSERT_EQ(server.wait_for_line("ready"), "ready");
  ASSERT_EQ(client.wait_for_line("ready"), "ready");
  client.tell("goal count 3");
  ASSERT_EQ(client.wait_for_line("result 4"), "result 4 3");
  EXPECT_THAT(client.lines("feedback"), ElementsAre("feedback 0", "feedback 1", "feedback 2"));
  client.tell("goal hold");
  client.tell("cancel");
  EXPECT_EQ(client.wait_for_line("result 5"), "result 5 -1");
  client.tell("goal abort");
  EXPECT_EQ(client.wait_for_line("result 6"), "result 6 -7");
  client.tell("goal reject");
  EXPECT_EQ(client.wait_for_line("rejected"), "rejected");
  client.tell("goal stubborn");
  client.tell("cancel");
  client.tell("goal drop");
  EXPECT_EQ(client.wait_for_line("result 6 0"), "result 6 0");
  server.tell("release");
  EXPECT_EQ(client.wait_for_line("result 4 0"), "result 4 0") << "of the one that is stubborn";
  EXPECT_EQ(client.finish(), 0);
  EXPECT_EQ(server.finish(), 0);
}

TEST(ActionProcesses, EveryCallWorks) {
  Peer server({"server", domain()});
  Peer client({"client", domain()});
  every_call_works(server, client);
}

TEST(ActionProcesses, EveryCallWorksWithAServerThatOffersSharedMemory) {
  std::optional<SharedMemoryOffered> offered(std::in_place);
  Peer server({"server", domain()});
  ASSERT_EQ(server.wait_for_line("ready"), "ready");
  offered.reset();
  Peer client({"client", domain()});
  every_call_works(server, client);
}

TEST(ActionProcesses, EveryCallWorksWithAClientThatOffersSharedMemory) {
  Peer server({"server", domain()});
  const SharedMemoryOffered offered;
  Peer client({"client", domain()});
  every_call_works(server, client);
}

TEST(ActionProcesses, TenThousandItemsOfFeedbackArriveInOrder) {
  Peer server({"server", domain()});
  ASSERT_EQ(server.wait_for_line("ready"), "ready");
  Side asking("asking");
  Client client(asking.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  int count = 0;
  int out_of_order = 0;
  Collected<int> results;
  client.send_goal({false, {}, {"count 10000"}}, {{},
                                                  [&](const GetFeatures::Feedback& one) {
                                                    if (one.item.text != std::to_string(count))
                                                      ++out_of_order;
                                                    ++count;
                                                  },
                                                  [&](GoalStatus, const GetFeatures::Result& one) {
                                                    results.put(one.error_code);
                                                  }});
  EXPECT_THAT(results.wait_for(1), ElementsAre(10000));
  EXPECT_EQ(count, 10000);
  EXPECT_EQ(out_of_order, 0);
}

TEST(ActionProcesses, AServerThatDiesAndComesBackServesAgain) {
  auto server = std::make_unique<Peer>(std::initializer_list<std::string>{"server", domain()});
  ASSERT_EQ(server->wait_for_line("ready"), "ready");
  Side asking("asking");
  Client client(asking.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  EXPECT_EQ(result_of(client, "count 2"), 2);
  Collected<bool> accepted;
  client.send_goal({false, {}, {"hold"}}, {[&](bool one) { accepted.put(one); }, {}, {}});
  ASSERT_THAT(accepted.wait_for(1), ElementsAre(true));
  server->kill();
  server = std::make_unique<Peer>(std::initializer_list<std::string>{"server", domain()});
  ASSERT_EQ(server->wait_for_line("ready"), "ready");
  // The dead one counts as there until its lease ends, so a goal may go to it alone at first.
  EXPECT_TRUE(
      eventually([&] { return result_of(client, "count 3", std::chrono::seconds(2)) == 3; }));
}

TEST(ActionProcesses, AServerThatLeavesIsMissedAtOnce) {
  Peer server({"server", domain()});
  ASSERT_EQ(server.wait_for_line("ready"), "ready");
  Side asking("asking");
  Client client(asking.node, "clip_text_action");
  ASSERT_TRUE(client.wait_for_server(kPatience));
  Collected<GoalStatus> results;
  Collected<bool> accepted;
  client.send_goal({false, {}, {"hold"}},
                   {[&](bool one) { accepted.put(one); },
                    {},
                    [&](GoalStatus one, const GetFeatures::Result&) { results.put(one); }});
  ASSERT_THAT(accepted.wait_for(1), ElementsAre(true));
  // Requests for results are taken in order: when this goal has its own, the other one waits.
  ASSERT_EQ(result_of(client, "count 0"), 0);
  EXPECT_EQ(server.finish(), 0);
  EXPECT_THAT(results.wait_for(1), ElementsAre(GoalStatus::aborted)) << "said before it left";
  EXPECT_TRUE(eventually([&] { return !client.server_is_ready(); }));
}

TEST(ActionProcesses, AClientThatDiesStopsNeitherItsGoalNorOtherClients) {
  Side serving("serving");
  const ScriptedServer server(serving.node);
  Peer doomed({"client", domain()});
  ASSERT_EQ(doomed.wait_for_line("ready"), "ready");
  doomed.tell("goal count 500");
  ASSERT_EQ(doomed.wait_for_line("feedback 1"), "feedback 1");
  doomed.kill();
  Peer other({"client", domain()});
  ASSERT_EQ(other.wait_for_line("ready"), "ready");
  other.tell("goal count 100");
  EXPECT_EQ(other.wait_for_line("result"), "result 4 100");
  EXPECT_THAT(other.lines("feedback"), SizeIs(100));
  // The end of the test waits for the goal of the dead client.
}

TEST(ActionProcesses, AClientThatIsFrozenStopsNeitherItsGoalNorOtherClients) {
  Side serving("serving");
  const ScriptedServer server(serving.node);
  Peer frozen({"client", domain()});
  ASSERT_EQ(frozen.wait_for_line("ready"), "ready");
  Peer other({"client", domain()});
  ASSERT_EQ(other.wait_for_line("ready"), "ready");
  frozen.signal(SIGSTOP);
  other.tell("goal count 100");
  EXPECT_EQ(other.wait_for_line("result"), "result 4 100");
  EXPECT_THAT(other.lines("feedback"), SizeIs(100));
  frozen.signal(SIGCONT);
  frozen.tell("goal count 5");
  EXPECT_EQ(frozen.wait_for_line("result"), "result 4 5");
}

TEST(ActionProcesses, FiftyClientsAtOnceGetAllTheirItems) {
  Side serving("serving");
  const ScriptedServer server(serving.node);
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(
        std::make_unique<Peer>(std::initializer_list<std::string>{"clients", domain(), "5", "20"}));
  }
  for (const auto& peer : peers) ASSERT_EQ(peer->wait_for_line("ready"), "ready");
  for (const auto& peer : peers) peer->tell("go");
  for (const auto& peer : peers) {
    EXPECT_EQ(peer->wait_for_line("complete"), "complete 5 succeeded 5");
    EXPECT_EQ(peer->finish(), 0);
  }
}

TEST(ActionProcesses, ServersThatWereKilledStopNobody) {
  for (int i = 0; i < 3; ++i) {
    Peer doomed({"server", domain()});
    ASSERT_EQ(doomed.wait_for_line("ready"), "ready");
    doomed.kill();
  }
  Side serving("serving");
  const ScriptedServer server(serving.node);
  Peer client({"client", domain()});
  ASSERT_EQ(client.wait_for_line("ready"), "ready");
  client.tell("goal count 100");
  // The dead servers are still listed, and the client asks them, too.
  EXPECT_EQ(client.wait_for_line("result"), "result 4 100");
}

}  // namespace
}  // namespace clipdex::dds
