/// The other process of the tests of the room `dds`. It ends when its stdin does.
///
///   dds_test_peer server DOMAIN            a scripted action server; "release" on stdin ends goals
///   dds_test_peer client DOMAIN            "goal TEXT" and "cancel" on stdin, what comes on stdout
///   dds_test_peer clients DOMAIN N ITEMS   N nodes with a client each, a goal of ITEMS each
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "dds/action_client.hpp"
#include "dds/graph.hpp"
#include "dds/scripted_server.hpp"

namespace {

using clipdex::dds::ActionClient;
using clipdex::dds::Context;
using clipdex::dds::ContextOptions;
using clipdex::dds::GoalId;
using clipdex::dds::GoalStatus;
using clipdex::dds::Node;
using clipdex::test::Collected;
using clipdex::test::GetFeatures;
using clipdex::test::kPatience;

constexpr const char* kAction = "clip_text_action";

void say(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << line << std::endl;  // Flushed: the test waits for it.
}

GetFeatures::Goal goal_of(const std::string& text) { return {false, {}, {text}}; }

std::string to_line(GoalStatus status, const GetFeatures::Result& result) {
  return "result " + std::to_string(static_cast<int>(status)) + " " +
         std::to_string(result.error_code);
}

int serve(const ContextOptions& options) {
  Context context(options);
  Node node(context, "peer_server", {});
  clipdex::test::ScriptedServer server(node, kAction);
  say("ready");
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "release") server.release();
  }
  return 0;
}

int send_goals(const ContextOptions& options) {
  Context context(options);
  Node node(context, "peer_client", {});
  ActionClient<GetFeatures> client(node, kAction);
  say("started");
  if (!client.wait_for_server(kPatience)) return 1;
  say("ready");
  GoalId last;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "cancel") client.cancel(last);
    if (!line.starts_with("goal ")) continue;
    last = client.send_goal(
        goal_of(line.substr(5)),
        {[](bool accepted) { say(accepted ? "accepted" : "rejected"); },
         [](const GetFeatures::Feedback& feedback) { say("feedback " + feedback.item.text); },
         [](GoalStatus status, const GetFeatures::Result& result) {
           say(to_line(status, result));
         }});
  }
  return 0;
}

struct Client {
  Client(Context& context, const std::string& name)
      : node(context, name, {}), client(node, kAction) {}
  Node node;
  ActionClient<GetFeatures> client;
};

/// @return 0 when every client has got all its items in order and its result
int send_at_once(const ContextOptions& options, int count, int items) {
  Context context(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(context, "peer_client_" + std::to_string(i)));
  }
  for (const auto& one : clients) {
    if (!one->client.wait_for_server(kPatience)) return 1;
  }
  say("ready");
  std::string line;
  std::getline(std::cin, line);
  std::vector<Collected<std::string>> feedback(clients.size());
  Collected<std::string> results;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i]->client.send_goal(
        goal_of("count " + std::to_string(items)),
        {{},
         [&, i](const GetFeatures::Feedback& one) { feedback[i].put(one.item.text); },
         [&](GoalStatus status, const GetFeatures::Result& result) {
           results.put(to_line(status, result));
         }});
  }
  results.wait_for(clients.size());
  clients.clear();
  int good = 0;
  for (const auto& one : feedback) {
    std::vector<std::string> expected;
    for (int i = 0; i < items; ++i) expected.push_back(std::to_string(i));
    good += one.all() == expected ? 1 : 0;
  }
  int succeeded = 0;
  for (const std::string& one : results.all()) {
    succeeded += one == "result 4 " + std::to_string(items) ? 1 : 0;
  }
  say("complete " + std::to_string(good) + " succeeded " + std::to_string(succeeded));
  return good == count && succeeded == count ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string role = argv[1];
  const ContextOptions options{static_cast<std::uint32_t>(std::stoul(argv[2])), true};
  if (role == "server") return serve(options);
  if (role == "client") return send_goals(options);
  if (role == "clients" && argc == 5) {
    return send_at_once(options, std::stoi(argv[3]), std::stoi(argv[4]));
  }
  return 2;
}
