/// Which part of which goal is encoded next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "dds/action_server.hpp"
#include "dds/clip_messages.hpp"

namespace clipdex::nodes {

using EncodeGoal = std::shared_ptr<dds::ServerGoal<dds::clip_msgs::GetFeatures>>;

/// A goal on its way through the service. Members without a remark belong to the schedule.
struct GoalWork {
  GoalWork(EncodeGoal of, const std::vector<std::string>& list)
      : goal(std::move(of)), items(list) {}

  /// Whether what is left of it need not be encoded: it is being cancelled, or failed as a whole.
  bool wants_no_more();

  const EncodeGoal goal;
  const std::vector<std::string>& items;  ///< of `goal`

  std::size_t next = 0;        ///< items before this one were handed out
  std::size_t being_done = 0;  ///< portions handed out that are not done
  bool is_over = false;        ///< it was ended, or is being ended by whoever did the last portion

  // Belongs to whoever holds the mutex, which also puts feedback into the order of its progress.
  std::mutex feedback_mutex;
  std::size_t answered = 0;
  std::size_t failed = 0;
  std::size_t first_failed = 0;  ///< place of the first item without a vector, if `failed` > 0
  std::optional<Error> first_error;
  std::optional<Error> fatal;  ///< no further item can be encoded
};

/// Consecutive items of one goal.
struct Portion {
  std::shared_ptr<GoalWork> work;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A bounded queue of goals that hands out portions of them in turn: each goal gives one, and goes
/// to the end of the line while it has more. Thread-safe.
class GoalSchedule {
 public:
  /// @param goals_max  goals that may be there and not over
  /// @param items_max  items in a portion
  GoalSchedule(std::size_t goals_max, std::size_t items_max);

  /// Whether a further goal would be taken.
  bool has_room() const;

  /// Takes a goal in. One without items gives one empty portion.
  void add(std::shared_ptr<GoalWork> work);

  /// The next portion; waits for one. Nothing once the schedule is closed.
  std::optional<Portion> take();

  /// To be called when a portion was answered, or left unanswered because the goal is being
  /// cancelled or failed as a whole; then what is left of the goal is dropped. @return whether the
  /// goal is over now; whoever gets `true`, one caller a goal, must end it
  bool finish(const Portion& portion);

  /// Moves a goal to the head of the line, so that its cancellation is seen soon.
  void hurry(const dds::GoalId& id);

  /// Gives no more portions, and wakes whoever waits for one.
  void close();

  /// The goals that are not over, which from now on are. For the time after all takers have gone.
  std::vector<std::shared_ptr<GoalWork>> drain();

 private:
  const std::size_t goals_max_;
  const std::size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<GoalWork>> goals_;      ///< not over
  std::deque<std::shared_ptr<GoalWork>> waiting_;  ///< of these, those with items left
  bool closed_ = false;
};

}  // namespace clipdex::nodes
