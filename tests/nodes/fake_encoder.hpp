/// An encoder server that does as it is told, in a graph of its own with the client under test.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dds/action_server.hpp"
#include "dds/clip_messages.hpp"
#include "dds/context.hpp"
#include "dds/graph.hpp"
#include "dds/logger.hpp"
#include "dds/node.hpp"
#include "nodes/goal_codes.hpp"

namespace clipdex::test {

using dds::clip_msgs::GetFeatures;

/// A node to be a client.
struct ClientNode {
  Collected<std::string> log;  // First: the node logs until its end.
  dds::Context context{own_domain()};
  dds::Node node{
      context, "client", {}, {[this](const dds::LogRecord& record) { log.put(record.message); }}};
};

inline ModelIdentity demo_space() { return {std::string(64, 'a'), 3}; }
inline ModelIdentity other_space() { return {std::string(64, 'b'), 3}; }

/// The vector of an item, of no particular length, and of no other item's direction.
inline std::vector<float> feature_of(const std::string& item) {
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : item) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  const auto part = [hash](unsigned shift) {
    return static_cast<float>((hash >> shift) & 0x3ff) - 511.5F;
  };
  return {part(0), part(10), part(20)};
}

/// What a fake encoder does; the default is to do everything right.
struct EncoderScript {
  std::optional<ModelIdentity> label = demo_space();
  std::map<std::string, int> lost;               ///< how many times no feedback is sent
  std::map<std::string, clipdex::Error> errors;  ///< items without a vector
  bool works = true;                             ///< false: goals are taken, and that is all
  bool ends_goals = true;                        ///< false: no goal ever has a result
  std::optional<ErrorCode> aborts;               ///< every goal, before any feedback
  int rejects = 0;                               ///< so many goals are not accepted
};

class FakeEncoder {
 public:
  using Goal = dds::ActionServer<GetFeatures>::Goal;

  FakeEncoder(const std::string& action, EncoderScript script)
      : script_(std::move(script)),
        context_(own_domain()),
        node_(context_, "fake_encoder", {}),
        server_(std::make_unique<dds::ActionServer<GetFeatures>>(
            node_, action,
            dds::ActionServer<GetFeatures>::Handlers{
                [this](const GetFeatures::Goal&) { return accept(); },
                [this](Goal goal) { start(std::move(goal)); },
                {}})) {}

  ~FakeEncoder() {
    server_.reset();
    for (std::thread& worker : workers_) worker.join();
  }

  /// The items of every goal so far, in order.
  std::vector<std::vector<std::string>> goals() const { return goals_.all(); }
  /// As soon as there are `count`.
  std::vector<std::vector<std::string>> wait_for_goals(std::size_t count) const {
    return goals_.wait_for(count);
  }
  std::size_t times_asked(const std::string& item) const {
    std::size_t count = 0;
    for (const auto& items : goals()) {
      for (const std::string& one : items) count += one == item ? 1 : 0;
    }
    return count;
  }

  /// Answers one item of a goal that came before.
  void answer(std::size_t goal, const std::string& item, std::vector<float> feature) {
    GetFeatures::Feedback feedback;
    feedback.item.type = true;
    feedback.item.url = item;
    feedback.item.feature = std::move(feature);
    held(goal)->publish_feedback(feedback);
  }

 private:
  Goal held(std::size_t goal) {
    const std::lock_guard lock(mutex_);
    return held_.at(goal);
  }

  bool accept() {
    const std::lock_guard lock(mutex_);
    return script_.rejects-- <= 0;
  }

  void start(Goal goal) {
    {
      const std::lock_guard lock(mutex_);
      held_.push_back(goal);
    }
    const bool is_image = goal->goal().type;
    goals_.put(is_image ? goal->goal().urls : goal->goal().texts);
    if (script_.aborts) return goal->abort({false, nodes::goal_code_of(*script_.aborts)});
    if (!script_.works) return;
    workers_.emplace_back([this, goal = std::move(goal)] { work(*goal); });
  }

  void work(dds::ServerGoal<GetFeatures>& goal) {
    const bool is_image = goal.goal().type;
    for (const std::string& item : is_image ? goal.goal().urls : goal.goal().texts) {
      if (is_lost(item)) continue;
      GetFeatures::Feedback feedback;
      feedback.item.type = is_image;
      (is_image ? feedback.item.url : feedback.item.text) = item;
      if (script_.label) feedback.item.extra = nodes::model_words(*script_.label);
      const auto error = script_.errors.find(item);
      if (error == script_.errors.end()) {
        feedback.item.feature = feature_of(item);
      } else if (script_.label) {
        feedback.item.extra.push_back(nodes::error_word(error->second));
      }
      goal.publish_feedback(feedback);
    }
    if (script_.ends_goals) goal.succeed({true, 0});
  }

  bool is_lost(const std::string& item) {
    const std::lock_guard lock(mutex_);
    const auto found = script_.lost.find(item);
    return found != script_.lost.end() && found->second-- > 0;
  }

  std::mutex mutex_;
  EncoderScript script_;
  std::vector<Goal> held_;  // So that none is aborted for being let go.
  Collected<std::vector<std::string>> goals_;
  std::vector<std::thread> workers_;  // Grows on the loop alone.
  dds::Context context_;
  dds::Node node_;
  std::unique_ptr<dds::ActionServer<GetFeatures>> server_;
};

}  // namespace clipdex::test
