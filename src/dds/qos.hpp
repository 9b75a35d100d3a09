/// The quality of service of an endpoint, as far as ROS 2 uses it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace clipdex::dds {

struct Qos {
  bool reliable = true;
  bool transient_local = false;  ///< a late reader gets the writer's last samples
  bool keep_all = false;
  std::size_t depth = 10;                                       ///< samples kept, unless `keep_all`
  std::optional<std::chrono::seconds> lifespan = std::nullopt;  ///< absent: for ever
  /// How soon, and how often, a writer asks for what was not acknowledged. Not announced. Fast
  /// DDS's own 3 s would make whoever waits for an acknowledgement wait as long.
  std::chrono::milliseconds heartbeat_period{100};
};

// The profiles of rmw (rmw/qos_profiles.h, rcl/logging_rosout.h, rcl_action/default_qos.h).
inline constexpr Qos kDefaultQos{};
inline constexpr Qos kSensorQos{.reliable = false, .depth = 5};
inline constexpr Qos kServiceQos{};
inline constexpr Qos kParameterQos{.depth = 1000};
inline constexpr Qos kActionStatusQos{.transient_local = true, .depth = 1};

// What an action's endpoints are made with, beside `kActionStatusQos`. Depth is not announced, so
// no peer sees that it is more than ROS's 10; the more is for a sample that was lost and is waited
// for while others arrive, and for many clients at once. Feedback is acknowledged again and again,
// and before the result, so it asks at once.
inline constexpr Qos kActionServiceQos{.depth = 1000};
inline constexpr Qos kActionFeedbackQos{.depth = 1000,
                                        .heartbeat_period = std::chrono::milliseconds(1)};

inline constexpr Qos kRosoutQos{
    .transient_local = true, .depth = 1000, .lifespan = std::chrono::seconds(10)};

}  // namespace clipdex::dds
