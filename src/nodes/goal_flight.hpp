/// One goal on its way through a server, as its client sees it.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "dds/action_messages.hpp"
#include "dds/clip_messages.hpp"

namespace clipdex::nodes {

/// What one feedback said about its item.
struct ItemAnswer {
  Result<Embedding> vector;
  std::optional<ModelIdentity> label;
};

/// The answer in an item. Vectors are normalised; one that has no direction, or numbers that are
/// none, is an error, as is an item with neither a vector nor a reason.
ItemAnswer read_answer(const dds::clip_msgs::ClipItem& item);

/// The items of one goal and what is known of them. Not synchronised; times come from the caller.
class GoalFlight {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    Clock::duration patience;   ///< with a server that says nothing at all
    Clock::duration quiet_min;  ///< with a goal that said something before
    Clock::duration settle;     ///< for feedback behind the result
  };

  enum class Verdict {
    open,
    answered,  ///< every item has its answer
    refused,   ///< the server did not take the goal
    ended,     ///< the result is there, and some items have no answer
    quiet,     ///< some items have answers, and nothing more seems to come
    silent,    ///< nothing came, though it was waited for long
  };

  /// @param items which the goal asks for
  GoalFlight(std::vector<std::string> items, Clock::time_point sent);

  void take_response(bool accepted) { accepted_ = accepted; }
  void take_feedback(const dds::clip_msgs::ClipItem& item, Clock::time_point now);
  void take_result(dds::GoalStatus status, std::int32_t error_code, Clock::time_point now);

  /// @param last_news when the server last said anything, about whatever goal
  Verdict verdict(Clock::time_point now, Clock::time_point last_news, const Limits& limits) const;

  /// Answers by place in the list of items; those that are missing are empty.
  std::vector<std::optional<ItemAnswer>>& answers() noexcept { return answers_; }
  std::size_t answered() const noexcept { return answered_; }
  bool is_whole() const noexcept { return answered_ == items_.size(); }
  dds::GoalStatus status() const noexcept { return status_; }
  std::int32_t error_code() const noexcept { return error_code_; }

 private:
  std::optional<std::size_t> place_of(const dds::clip_msgs::ClipItem& item) const;

  const std::vector<std::string> items_;
  std::vector<std::optional<ItemAnswer>> answers_;
  std::size_t answered_ = 0;
  const Clock::time_point sent_;
  std::optional<bool> accepted_;
  std::optional<Clock::time_point> last_feedback_;
  Clock::duration longest_pause_{};  ///< between one feedback and the next
  std::optional<Clock::time_point> ended_;
  dds::GoalStatus status_ = dds::GoalStatus::unknown;
  std::int32_t error_code_ = 0;
};

}  // namespace clipdex::nodes
