/// The server of a ROS 2 action. Source of the behaviour: design.ros2.org/articles/actions.html and
/// rclcpp_action (Humble).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "dds/action_messages.hpp"
#include "dds/action_server_core.hpp"
#include "dds/node.hpp"

namespace clipdex::dds {

/// A goal that the server accepted. Shared between the server and whoever works on it; the three
/// endings may be called once, the first one counts. Thread-safe. A goal that is let go without an
/// ending is aborted with a default result, so that no client waits for ever. It may outlive its
/// server; what it is told then goes nowhere.
///
/// `id()` and `is_canceling()` come from the base: a goal is canceling when the client asked to
/// cancel it and the server agreed; end it with `canceled` soon.
template <class Action>
class ServerGoal : public RawServerGoal {
 public:
  using Result = typename Action::Result;

  ServerGoal(const GoalId& id, typename Action::Goal goal)
      : RawServerGoal(id), goal_(std::move(goal)) {}

  const typename Action::Goal& goal() const noexcept { return goal_; }

  /// Sends feedback. Waits, when needed, until earlier feedback was acknowledged, so that readers
  /// with ROS's default depth of 10 lose none on the way: a second at most, for a reader that is
  /// stuck. The first one waits for the client's request of the result, since rclcpp drops feedback
  /// of a goal that it does not know yet: for at most 250 ms after the goal was accepted, or after
  /// its client was discovered. Not to be called on the loop.
  void publish_feedback(const typename Action::Feedback& feedback) {
    send_feedback(serialize(FeedbackMessage<Action>{id(), feedback}));
  }

  /// The endings. They wait as `publish_feedback` does, so that a result never overtakes feedback.
  void succeed(const Result& result) { end(GoalStatus::succeeded, result); }
  void abort(const Result& result) { end(GoalStatus::aborted, result); }
  void canceled(const Result& result) { end(GoalStatus::canceled, result); }

 private:
  void end(GoalStatus status, const Result& result) {
    using Response = typename GetResult<Action>::Response;
    finish(status, serialize(Response{static_cast<std::int8_t>(status), result}));
  }

  const typename Action::Goal goal_;
};

/// Offers an action. Handlers run on the loop and must return soon; the work belongs on threads of
/// the owner. At its end it aborts the goals that have not ended, and no handler runs any more.
template <class Action>
class ActionServer {
 public:
  using Goal = std::shared_ptr<ServerGoal<Action>>;

  struct Handlers {
    /// Whether a goal is accepted. Empty: every goal is.
    std::function<bool(const typename Action::Goal&)> accept;
    /// Takes an accepted goal over; it is already executing.
    std::function<void(Goal)> execute;
    /// Whether a goal may be cancelled. Empty: every goal may.
    std::function<bool(const Goal&)> cancel;
  };

  /// Throws `invalid_argument` for a name that cannot be, `internal` when DDS refuses.
  /// @param action name, resolved in the node's namespace
  /// @param result_kept results and states of ended goals are kept this long; rclcpp keeps 15 min
  ActionServer(Node& node, std::string_view action, Handlers handlers,
               std::chrono::seconds result_kept = std::chrono::minutes(15))
      : core_(ActionServerCore::make(node, node.resolve(action), Action::kTypePrefix,
                                     untyped(std::move(handlers)), result_kept)) {}
  ~ActionServer() { core_->close(); }
  ActionServer(const ActionServer&) = delete;
  ActionServer& operator=(const ActionServer&) = delete;

 private:
  static Goal typed(const ActionServerCore::Goal& goal) {
    return std::static_pointer_cast<ServerGoal<Action>>(goal);
  }

  static ActionServerCore::Handlers untyped(Handlers handlers) {
    ActionServerCore::Handlers raw;
    raw.read = [](const GoalId& id, const Payload& payload) -> Result<ActionServerCore::Goal> {
      auto request = deserialize<typename SendGoal<Action>::Request>(payload);
      if (!request) return std::move(request).error();
      return ActionServerCore::Goal(
          std::make_shared<ServerGoal<Action>>(id, std::move(request).value().goal));
    };
    raw.accept = [accept = std::move(handlers.accept)](RawServerGoal& goal) {
      return !accept || accept(static_cast<ServerGoal<Action>&>(goal).goal());
    };
    raw.execute = [execute = std::move(handlers.execute)](ActionServerCore::Goal goal) {
      execute(typed(goal));
    };
    raw.cancel = [cancel = std::move(handlers.cancel)](const ActionServerCore::Goal& goal) {
      return !cancel || cancel(typed(goal));
    };
    raw.default_result = [](GoalStatus status) {
      return serialize(typename GetResult<Action>::Response{static_cast<std::int8_t>(status), {}});
    };
    return raw;
  }

  const std::shared_ptr<ActionServerCore> core_;
};

}  // namespace clipdex::dds
