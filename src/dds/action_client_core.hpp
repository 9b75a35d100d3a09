/// The client of an action without its types: payloads in, payloads out. `ActionClient` puts the
/// types on top.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "dds/action_messages.hpp"
#include "dds/endpoint.hpp"
#include "dds/service.hpp"

namespace clipdex::dds {

/// The client without types. Thread-safe. Callbacks run on the loop.
class ActionClientCore {
 public:
  struct Callbacks {
    std::function<void(bool accepted)> on_response;
    std::function<void(const Payload&)> on_feedback;  ///< an ACTION_FeedbackMessage
    std::function<void(const Payload&)> on_result;    ///< an ACTION_GetResult_Response
  };

  /// @param action absolute name
  /// @param type_prefix such as "clip_msgs::action::dds_::GetFeatures_"
  ActionClientCore(Node& node, const std::string& action, const std::string& type_prefix);
  ~ActionClientCore();
  ActionClientCore(const ActionClientCore&) = delete;
  ActionClientCore& operator=(const ActionClientCore&) = delete;

  std::set<GuidPrefix> ready_servers() const;
  bool server_is_ready() const { return !ready_servers().empty(); }
  bool wait_for_server(std::chrono::milliseconds wait_max) const;

  /// 16 random bytes.
  static GoalId new_id();

  /// @param request an ACTION_SendGoal_Request with the id
  void send_goal(const GoalId& id, const Payload& request, Callbacks callbacks);
  void cancel(const GoalId& id);
  void forget(const GoalId& id);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace clipdex::dds
