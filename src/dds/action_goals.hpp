/// The ledger of an action server: which goals there are, in which state, with which results, and
/// who waits for them. Nothing here talks to the network. Source of the states and of the rules for
/// cancelling: design.ros2.org/articles/actions.html and rcl_action's action_server.c (Humble).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"
#include "dds/endpoint.hpp"

namespace clipdex::dds {

/// Whether a goal in this state has come to its end.
constexpr bool is_terminal(GoalStatus status) noexcept { return status >= GoalStatus::succeeded; }

/// The goals of one action server. Not synchronised.
class GoalLedger {
 public:
  using Clock = std::chrono::steady_clock;

  /// Ended goals beyond this many expire early, the oldest first, so that memory and the status
  /// message stay bounded.
  static constexpr std::size_t kEndedMax = 4096;
  /// Requests for the result of one goal beyond this many are not kept.
  static constexpr std::size_t kWaitingMax = 1024;

  /// @param result_kept how long ended goals are remembered
  explicit GoalLedger(Clock::duration result_kept) : result_kept_(result_kept) {}

  /// Takes a goal in as executing. @return false when the id is known already
  bool add(const GoalId& id, const Time& stamp);

  /// `unknown` for a goal that is not there.
  GoalStatus status(const GoalId& id) const;

  /// What a request to cancel asks for: the goals that can be cancelled, and the code to answer
  /// with if all of them are.
  struct CancelPlan {
    std::int8_t return_code = CancelGoal::kNone;
    std::vector<GoalInfo> goals;
  };
  CancelPlan plan_cancel(const GoalInfo& request) const;

  /// Marks an executing goal as canceling. @return false when it is in any other state
  bool set_canceling(const GoalId& id);

  /// Ends a goal and keeps its result. @return those who wait for it; nothing when the goal is
  /// not there or has ended before
  std::optional<std::vector<SampleIdentity>> finish(const GoalId& id, GoalStatus status,
                                                    Payload result, Clock::time_point now);

  /// The result of an ended goal, or nullptr. Valid until the next change.
  const Payload* result(const GoalId& id) const;

  /// Keeps a request for the result of a goal that has not ended. @return false when there are too
  /// many, or the goal is not there
  bool wait_for_result(const GoalId& id, const SampleIdentity& request);

  /// Whether someone has asked for the goal's result.
  bool is_waited_for(const GoalId& id) const;

  /// Forgets what ended longer ago than results are kept.
  void expire(Clock::time_point now);

  /// When the next goal expires.
  std::optional<Clock::time_point> next_expiry() const;

  /// All goals in the order in which they were accepted.
  GoalStatusArray status_array() const;

  /// The goals that have not ended.
  std::vector<GoalId> active() const;

 private:
  struct Entry {
    GoalInfo info;
    GoalStatus status = GoalStatus::executing;
    Payload result;
    std::vector<SampleIdentity> waiting;
  };
  const Entry* find(const GoalId& id) const;
  Entry* find(const GoalId& id);
  void forget_oldest_ended();

  const Clock::duration result_kept_;
  std::uint64_t accepted_count_ = 0;
  std::map<GoalId, std::uint64_t> numbers_;
  std::map<std::uint64_t, Entry> entries_;  // By number, so in the order of acceptance.
  std::multimap<Clock::time_point, std::uint64_t> ended_;  // By the time of the end.
};

}  // namespace clipdex::dds
