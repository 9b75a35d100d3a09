/// The server of an action without its types: payloads in, payloads out. `ActionServer` puts the
/// types on top.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "dds/action_feedback.hpp"
#include "dds/action_goals.hpp"
#include "dds/service.hpp"

namespace clipdex::dds {

class ActionServerCore;

/// A goal without types; see `ServerGoal`. Thread-safe. Its destructor ends it as aborted with a
/// default result if it was accepted and nothing else has ended it.
class RawServerGoal {
 public:
  explicit RawServerGoal(const GoalId& id) : id_(id) {}
  virtual ~RawServerGoal();
  RawServerGoal(const RawServerGoal&) = delete;
  RawServerGoal& operator=(const RawServerGoal&) = delete;

  const GoalId& id() const noexcept { return id_; }
  bool is_canceling() const noexcept { return canceling_; }

 protected:
  /// @param message an ACTION_FeedbackMessage
  void send_feedback(const Payload& message);
  /// @param response an ACTION_GetResult_Response with the same status
  void finish(GoalStatus status, const Payload& response);

 private:
  friend class ActionServerCore;

  const GoalId id_;
  std::shared_ptr<ActionServerCore> server_;  ///< set when the goal is accepted, never again
  SampleIdentity request_;
  std::chrono::steady_clock::time_point accepted_at_;
  std::atomic<bool> client_listens_ = false;
  std::atomic<bool> canceling_ = false;
  std::atomic<bool> ended_ = false;
};

/// The server without types. It lives on with its goals after it was closed, and does nothing then.
///
/// The order of what it sends follows rclcpp: answer to the goal, status, feedback, result, status.
class ActionServerCore : public std::enable_shared_from_this<ActionServerCore> {
 public:
  using Goal = std::shared_ptr<RawServerGoal>;

  /// How long feedback waits for the client to ask for the result, counted from the acceptance, or
  /// from when the client could be told of it.
  static constexpr std::chrono::milliseconds kListenWaitMax{250};

  /// All run on the loop, without a lock held.
  struct Handlers {
    /// Makes a goal from an ACTION_SendGoal_Request; an error drops the request with a warning.
    std::function<Result<Goal>(const GoalId&, const Payload&)> read;
    std::function<bool(RawServerGoal&)> accept;
    std::function<void(Goal)> execute;
    std::function<bool(const Goal&)> cancel;
    /// An ACTION_GetResult_Response without content. Must be callable on any thread.
    std::function<Payload(GoalStatus)> default_result;
  };

  /// @param action absolute name
  /// @param type_prefix such as "clip_msgs::action::dds_::GetFeatures_"
  static std::shared_ptr<ActionServerCore> make(Node& node, const std::string& action,
                                                const std::string& type_prefix, Handlers handlers,
                                                std::chrono::seconds result_kept);

  /// Aborts the goals that have not ended, so that no client waits for ever, and leaves the graph.
  /// No handler runs afterwards.
  void close();
  ~ActionServerCore();

 private:
  friend class RawServerGoal;
  struct Endpoints;

  ActionServerCore(Node& node, std::string action, Handlers handlers,
                   std::chrono::seconds result_kept);
  void open(Node& node, const std::string& type_prefix);

  void on_goal(const SampleIdentity& request, const Payload& payload);
  void on_cancel(const SampleIdentity& request, const Payload& payload);
  void on_result(const SampleIdentity& request, const Payload& payload);

  /// Whether a goal's id is taken: by another one, or by itself if it was sent twice.
  bool knows(const GoalId& id);
  /// Answers a goal, and enters it if it is accepted. @return whether it is
  bool start(const SampleIdentity& request, const Goal& goal, bool is_accepted);
  /// @return the goals that may be cancelled, held so that none ends by being let go meanwhile
  std::vector<std::pair<GoalInfo, Goal>> ask_to_cancel(const std::vector<GoalInfo>& goals);
  void send_feedback(RawServerGoal& goal, const Payload& message);
  void wait_for_listener(RawServerGoal& goal);
  void finish(RawServerGoal& goal, GoalStatus status, const Payload& response);
  void finish_locked(const GoalId& id, GoalStatus status, const Payload& response);
  void publish_status();
  void schedule_expiry();

  Logger& logger_;
  EventLoop& loop_;
  const std::string action_;
  const Handlers handlers_;

  // Held shared by whoever uses the endpoints, and alone by `close` when it takes them away.
  std::shared_mutex use_;
  std::unique_ptr<Endpoints> endpoints_;
  std::atomic<bool> closing_ = false;

  // Guards what follows, and the order of samples on the wire. Taken after `use_`.
  std::mutex mutex_;
  std::condition_variable changed_;
  GoalLedger ledger_;
  std::map<GoalId, std::weak_ptr<RawServerGoal>> goals_;  ///< that have not ended
  EventLoop::TimerId expiry_timer_ = 0;
};

}  // namespace clipdex::dds
