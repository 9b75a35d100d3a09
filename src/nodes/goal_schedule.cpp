#include "nodes/goal_schedule.hpp"

#include <algorithm>
#include <utility>

namespace clipdex::nodes {

bool GoalWork::wants_no_more() {
  if (goal->is_canceling()) return true;
  const std::lock_guard lock(feedback_mutex);
  return fatal.has_value();
}

GoalSchedule::GoalSchedule(std::size_t goals_max, std::size_t items_max)
    : goals_max_(goals_max), items_max_(std::max<std::size_t>(1, items_max)) {}

bool GoalSchedule::has_room() const {
  const std::lock_guard lock(mutex_);
  return !closed_ && goals_.size() < goals_max_;
}

void GoalSchedule::add(std::shared_ptr<GoalWork> work) {
  const std::lock_guard lock(mutex_);
  goals_.insert(work);
  waiting_.push_back(std::move(work));
  changed_.notify_one();
}

std::optional<Portion> GoalSchedule::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return std::nullopt;
  Portion portion{std::move(waiting_.front()), 0, 0};
  waiting_.pop_front();
  GoalWork& work = *portion.work;
  const std::size_t left = work.items.size() - work.next;
  portion.begin = work.next;
  portion.end = work.next + std::min(items_max_, left);
  work.next = portion.end;
  ++work.being_done;
  if (work.next < work.items.size()) {
    waiting_.push_back(portion.work);
    changed_.notify_one();
  }
  return portion;
}

bool GoalSchedule::finish(const Portion& portion) {
  const bool is_cut_short = portion.work->wants_no_more();
  const std::lock_guard lock(mutex_);
  GoalWork& work = *portion.work;
  --work.being_done;
  if (is_cut_short && work.next < work.items.size()) {
    work.next = work.items.size();
    std::erase(waiting_, portion.work);
  }
  if (work.is_over || work.being_done > 0 || work.next < work.items.size()) return false;
  work.is_over = true;
  goals_.erase(portion.work);
  return true;
}

void GoalSchedule::hurry(const dds::GoalId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const auto& work) { return work->goal->id() == id; });
  if (found == waiting_.end()) return;
  std::rotate(waiting_.begin(), found, std::next(found));
}

void GoalSchedule::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::vector<std::shared_ptr<GoalWork>> GoalSchedule::drain() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<GoalWork>> left(goals_.begin(), goals_.end());
  for (const auto& work : left) work->is_over = true;
  goals_.clear();
  waiting_.clear();
  return left;
}

}  // namespace clipdex::nodes
