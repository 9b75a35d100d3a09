/// The messages behind every ROS 2 action: packages builtin_interfaces, unique_identifier_msgs and
/// action_msgs, and the wrappers that rosidl generates around an action's own types.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "dds/cdr.hpp"

namespace clipdex::dds {

/// builtin_interfaces/msg/Time.
struct Time {
  std::int32_t sec = 0;
  std::uint32_t nanosec = 0;
  static constexpr auto kFields = std::tuple(&Time::sec, &Time::nanosec);
  friend bool operator==(const Time&, const Time&) = default;

  static Time from_nanoseconds(std::int64_t since_1970) {
    return {static_cast<std::int32_t>(since_1970 / 1'000'000'000),
            static_cast<std::uint32_t>(since_1970 % 1'000'000'000)};
  }
  std::int64_t nanoseconds() const noexcept { return sec * std::int64_t{1'000'000'000} + nanosec; }
};

/// unique_identifier_msgs/msg/UUID, as the identity of a goal. All zero stands for no goal.
struct GoalId {
  std::array<std::uint8_t, 16> uuid{};
  static constexpr auto kFields = std::tuple(&GoalId::uuid);
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the 0 of a spaceship.
  friend auto operator<=>(const GoalId&, const GoalId&) = default;
};

/// action_msgs/msg/GoalStatus, its constants. The last three are the ends of a goal.
enum class GoalStatus : std::int8_t {
  unknown = 0,   ///< the server knows no such goal
  accepted = 1,  ///< and not begun; our server begins at once
  executing = 2,
  canceling = 3,  ///< the client asked to cancel, and the server agreed
  succeeded = 4,
  canceled = 5,
  aborted = 6,
};

/// action_msgs/msg/GoalInfo; the stamp is when the server accepted the goal.
struct GoalInfo {
  GoalId goal_id;
  Time stamp;
  static constexpr auto kFields = std::tuple(&GoalInfo::goal_id, &GoalInfo::stamp);
};

/// action_msgs/msg/GoalStatus.
struct GoalStatusEntry {
  GoalInfo goal_info;
  std::int8_t status = 0;  ///< a `GoalStatus`
  static constexpr auto kFields = std::tuple(&GoalStatusEntry::goal_info, &GoalStatusEntry::status);
};

/// action_msgs/msg/GoalStatusArray: every goal that the server remembers, ended ones included, in
/// the order in which they were accepted.
struct GoalStatusArray {
  static constexpr const char* kTypeName = "action_msgs::msg::dds_::GoalStatusArray_";
  std::vector<GoalStatusEntry> status_list;
  static constexpr auto kFields = std::tuple(&GoalStatusArray::status_list);
};

/// action_msgs/srv/CancelGoal: zero id and zero stamp ask for all goals; an id with a zero stamp
/// for that goal; a stamp for all goals accepted at or before it, and the one of the id.
struct CancelGoal {
  static constexpr const char* kTypePrefix = "action_msgs::srv::dds_::CancelGoal_";

  // What a response may say; 0 also when there was nothing to cancel among "all".
  static constexpr std::int8_t kNone = 0;
  static constexpr std::int8_t kRejected = 1;
  static constexpr std::int8_t kUnknownGoalId = 2;
  static constexpr std::int8_t kGoalTerminated = 3;

  struct Request {
    GoalInfo goal_info;
    static constexpr auto kFields = std::tuple(&Request::goal_info);
  };
  struct Response {
    std::int8_t return_code = 0;
    std::vector<GoalInfo> goals_canceling;  ///< those that the server agreed to cancel
    static constexpr auto kFields = std::tuple(&Response::return_code, &Response::goals_canceling);
  };
};

/// The service ACTION_SendGoal; the client chooses the id, at random. `Action` has Goal, Result,
/// Feedback and kTypePrefix.
template <class Action>
struct SendGoal {
  struct Request {
    GoalId goal_id;
    typename Action::Goal goal;
    static constexpr auto kFields = std::tuple(&Request::goal_id, &Request::goal);
  };
  struct Response {
    bool accepted = false;
    Time stamp;  ///< rclcpp leaves it 0
    static constexpr auto kFields = std::tuple(&Response::accepted, &Response::stamp);
  };
};

/// The service ACTION_GetResult. The server holds the request until the goal has ended, and answers
/// one for a goal that it does not know with `unknown` and a default result.
template <class Action>
struct GetResult {
  struct Request {
    GoalId goal_id;
    static constexpr auto kFields = std::tuple(&Request::goal_id);
  };
  struct Response {
    std::int8_t status = 0;  ///< a `GoalStatus`
    typename Action::Result result;
    static constexpr auto kFields = std::tuple(&Response::status, &Response::result);
  };
};

/// The message ACTION_FeedbackMessage. Its topic is shared by all clients of the server, so each
/// looks for its own goals.
template <class Action>
struct FeedbackMessage {
  GoalId goal_id;
  typename Action::Feedback feedback;
  static constexpr auto kFields = std::tuple(&FeedbackMessage::goal_id, &FeedbackMessage::feedback);
};

}  // namespace clipdex::dds
