/// An action server that does what the first text of a goal says; for the tests in one process and
/// for the peer.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dds/action_server.hpp"
#include "dds/clip_messages.hpp"

namespace clipdex::test {

using dds::clip_msgs::GetFeatures;

/// What a goal's first text may be:
/// - "reject": is not accepted
/// - "count N": N feedback items, whose texts are the numbers from 0, then success with code N
/// - "abort": is aborted with code -7
/// - "hold": executes until it is cancelled, then ends with code -1, or until `release`
/// - "stubborn": may not be cancelled, executes until `release`
/// - "drop": is let go without an ending
class ScriptedServer {
 public:
  using Goal = dds::ActionServer<GetFeatures>::Goal;

  explicit ScriptedServer(dds::Node& node, const std::string& action = "clip_text_action",
                          std::chrono::seconds result_kept = std::chrono::minutes(15))
      : server_(std::make_unique<dds::ActionServer<GetFeatures>>(
            node, action,
            dds::ActionServer<GetFeatures>::Handlers{
                [](const GetFeatures::Goal& goal) { return first(goal) != "reject"; },
                [this](Goal goal) { start(std::move(goal)); },
                [](const Goal& goal) { return first(goal->goal()) != "stubborn"; }},
            result_kept)) {}

  ~ScriptedServer() {
    server_.reset();
    release();
    for (std::thread& worker : workers_) worker.join();
  }

  /// Ends the goals that wait for it, those of the future included, with success.
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

  /// Takes the server away while goals execute.
  void destroy_server() { server_.reset(); }

 private:
  static std::string first(const GetFeatures::Goal& goal) {
    return goal.texts.empty() ? "" : goal.texts.front();
  }

  void start(Goal goal) {
    if (first(goal->goal()) == "drop") return;
    workers_.emplace_back([this, goal = std::move(goal)] { work(*goal); });
  }

  void work(dds::ServerGoal<GetFeatures>& goal) {
    const std::string what = first(goal.goal());
    if (what == "abort") return goal.abort({false, -7});
    if (what == "hold" || what == "stubborn") return hold(goal);
    const int count = std::stoi(what.substr(what.find(' ') + 1));
    for (int i = 0; i < count; ++i) {
      GetFeatures::Feedback feedback;
      feedback.current_progress = static_cast<float>(i + 1) / static_cast<float>(count);
      feedback.item.text = std::to_string(i);
      feedback.item.feature.assign(512, static_cast<float>(i));
      goal.publish_feedback(feedback);
    }
    goal.succeed({true, count});
  }

  void hold(dds::ServerGoal<GetFeatures>& goal) {
    std::unique_lock lock(mutex_);
    while (!released_ && !goal.is_canceling()) {
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    lock.unlock();
    if (goal.is_canceling()) {
      goal.canceled({false, -1});
    } else {
      goal.succeed({true, 0});
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  std::vector<std::thread> workers_;  // Grows on the loop alone.
  std::unique_ptr<dds::ActionServer<GetFeatures>> server_;
};

}  // namespace clipdex::test
