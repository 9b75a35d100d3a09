#include "dds/action_goals.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace clipdex::dds {
namespace {

bool is_cancelable(GoalStatus status) {
  return status == GoalStatus::accepted || status == GoalStatus::executing;
}

}  // namespace

bool GoalLedger::add(const GoalId& id, const Time& stamp) {
  const std::uint64_t number = accepted_count_;
  if (!numbers_.emplace(id, number).second) return false;
  ++accepted_count_;
  entries_[number].info = {id, stamp};
  return true;
}

GoalStatus GoalLedger::status(const GoalId& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->status : GoalStatus::unknown;
}

GoalLedger::CancelPlan GoalLedger::plan_cancel(const GoalInfo& request) const {
  CancelPlan plan;
  const bool names_a_goal = request.goal_id != GoalId{};
  std::int64_t stamp = request.stamp.nanoseconds();
  if (names_a_goal && stamp == 0) {
    const Entry* entry = find(request.goal_id);
    if (entry == nullptr) {
      plan.return_code = CancelGoal::kUnknownGoalId;
    } else if (!is_cancelable(entry->status)) {
      plan.return_code = CancelGoal::kGoalTerminated;  // So rcl answers for a canceling one, too.
    } else {
      plan.goals.push_back(entry->info);
    }
    return plan;
  }
  if (stamp == 0) stamp = std::numeric_limits<std::int64_t>::max();
  for (const auto& [number, entry] : entries_) {
    const bool is_meant =
        entry.info.stamp.nanoseconds() <= stamp || entry.info.goal_id == request.goal_id;
    if (is_meant && is_cancelable(entry.status)) plan.goals.push_back(entry.info);
  }
  return plan;
}

bool GoalLedger::set_canceling(const GoalId& id) {
  Entry* entry = find(id);
  if (entry == nullptr || !is_cancelable(entry->status)) return false;
  entry->status = GoalStatus::canceling;
  return true;
}

std::optional<std::vector<SampleIdentity>> GoalLedger::finish(const GoalId& id, GoalStatus status,
                                                              Payload result,
                                                              Clock::time_point now) {
  Entry* entry = find(id);
  if (entry == nullptr || is_terminal(entry->status)) return std::nullopt;
  entry->status = status;
  entry->result = std::move(result);
  std::vector<SampleIdentity> waiting = std::exchange(entry->waiting, {});
  ended_.emplace(now, numbers_.at(id));
  if (ended_.size() > kEndedMax) forget_oldest_ended();
  return waiting;
}

const Payload* GoalLedger::result(const GoalId& id) const {
  const Entry* entry = find(id);
  return entry != nullptr && is_terminal(entry->status) ? &entry->result : nullptr;
}

bool GoalLedger::wait_for_result(const GoalId& id, const SampleIdentity& request) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->waiting.size() >= kWaitingMax) return false;
  entry->waiting.push_back(request);
  return true;
}

bool GoalLedger::is_waited_for(const GoalId& id) const {
  const Entry* entry = find(id);
  return entry != nullptr && !entry->waiting.empty();
}

void GoalLedger::expire(Clock::time_point now) {
  while (!ended_.empty() && ended_.begin()->first + result_kept_ <= now) forget_oldest_ended();
}

std::optional<GoalLedger::Clock::time_point> GoalLedger::next_expiry() const {
  if (ended_.empty()) return std::nullopt;
  return ended_.begin()->first + result_kept_;
}

GoalStatusArray GoalLedger::status_array() const {
  GoalStatusArray array;
  array.status_list.reserve(entries_.size());
  for (const auto& [number, entry] : entries_) {
    array.status_list.push_back({entry.info, static_cast<std::int8_t>(entry.status)});
  }
  return array;
}

std::vector<GoalId> GoalLedger::active() const {
  std::vector<GoalId> ids;
  for (const auto& [number, entry] : entries_) {
    if (!is_terminal(entry.status)) ids.push_back(entry.info.goal_id);
  }
  return ids;
}

const GoalLedger::Entry* GoalLedger::find(const GoalId& id) const {
  const auto number = numbers_.find(id);
  return number != numbers_.end() ? &entries_.at(number->second) : nullptr;
}

GoalLedger::Entry* GoalLedger::find(const GoalId& id) {
  return const_cast<Entry*>(std::as_const(*this).find(id));
}

void GoalLedger::forget_oldest_ended() {
  const auto oldest = ended_.begin();
  numbers_.erase(entries_.at(oldest->second).info.goal_id);
  entries_.erase(oldest->second);
  ended_.erase(oldest);
}

}  // namespace clipdex::dds
