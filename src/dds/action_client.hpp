/// The client of a ROS 2 action.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "dds/action_client_core.hpp"
#include "dds/action_messages.hpp"
#include "dds/node.hpp"

namespace clipdex::dds {

/// Sends goals to an action server. Thread-safe. Callbacks run on the loop; after the client was
/// destroyed none runs. Destroying it, and `forget`, wait for a callback that is running, so no
/// lock may be held there that a callback takes.
template <class Action>
class ActionClient {
 public:
  /// Any of them may be empty.
  struct Callbacks {
    std::function<void(bool accepted)> on_response;
    std::function<void(const typename Action::Feedback&)> on_feedback;
    /// The status is `unknown` when the server has no such goal (any more).
    std::function<void(GoalStatus, const typename Action::Result&)> on_result;
  };

  /// Throws `invalid_argument` for a name that cannot be, `internal` when DDS refuses.
  ActionClient(Node& node, std::string_view action)
      : logger_(node.logger()),
        name_(node.resolve(action)),
        core_(node, name_, Action::kTypePrefix) {}

  /// Whether a server with all its five parts is there, as rcl_action_server_is_available.
  bool server_is_ready() const { return core_.server_is_ready(); }
  /// The processes of such servers. A goal whose server was restarted is lost, though a server is
  /// there; by this an owner sees it.
  std::set<GuidPrefix> ready_servers() const { return core_.ready_servers(); }
  /// Waits for `server_is_ready`. Not to be called on the loop.
  bool wait_for_server(std::chrono::milliseconds wait_max) const {
    return core_.wait_for_server(wait_max);
  }

  /// Sends a goal; feedback is taken from then on, even before the server's answer. The result is
  /// asked for as soon as the goal is accepted. A goal whose server dies gets no further callback,
  /// and one that is sent while no server is ready may get none at all: the owner keeps the time.
  GoalId send_goal(const typename Action::Goal& goal, Callbacks callbacks) {
    const GoalId id = ActionClientCore::new_id();
    core_.send_goal(id, serialize(typename SendGoal<Action>::Request{id, goal}),
                    untyped(std::move(callbacks)));
    return id;
  }

  /// Asks the server to cancel a goal; its result says what came of it.
  void cancel(const GoalId& id) { core_.cancel(id); }

  /// Forgets a goal: none of its callbacks runs any more.
  void forget(const GoalId& id) { core_.forget(id); }

 private:
  ActionClientCore::Callbacks untyped(Callbacks callbacks) {
    ActionClientCore::Callbacks raw;
    raw.on_response = std::move(callbacks.on_response);
    raw.on_feedback = [this, call = std::move(callbacks.on_feedback)](const Payload& payload) {
      const auto message = deserialize<FeedbackMessage<Action>>(payload);
      if (!message) return warn("feedback", message.error());
      if (call) call(message.value().feedback);
    };
    raw.on_result = [this, call = std::move(callbacks.on_result)](const Payload& payload) {
      const auto message = deserialize<typename GetResult<Action>::Response>(payload);
      if (!message) return warn("a result", message.error());
      if (call) call(static_cast<GoalStatus>(message.value().status), message.value().result);
    };
    return raw;
  }

  void warn(const std::string& what, const Error& error) {
    logger_.warn("dropped " + what + " of " + name_ + ": " + error.message);
  }

  Logger& logger_;
  const std::string name_;
  ActionClientCore core_;  // Last: its callbacks use the others.
};

}  // namespace clipdex::dds
