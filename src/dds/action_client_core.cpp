#include "dds/action_client_core.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "dds/names.hpp"

namespace clipdex::dds {
namespace {

// An ACTION_SendGoal_Response is the same for every action.
struct SendGoalResponse {
  bool accepted = false;
  Time stamp;
  static constexpr auto kFields = std::tuple(&SendGoalResponse::accepted, &SendGoalResponse::stamp);
};

void keep_common(std::set<GuidPrefix>& some, const std::set<GuidPrefix>& others) {
  std::erase_if(some, [&](const GuidPrefix& one) { return !others.contains(one); });
}

}  // namespace

struct ActionClientCore::Parts : std::enable_shared_from_this<ActionClientCore::Parts> {
  struct Goal {
    Callbacks callbacks;
    bool is_accepted = false;
    bool cancel_is_wanted = false;  ///< asked for before the server has answered
  };

  Parts(Node& owner, std::string name) : node(owner), action(std::move(name)) {}

  void open(const std::string& type_prefix);
  void close();
  void on_response(const GoalId& id, const Payload& payload);
  void on_feedback(const Payload& payload);
  void ask_for_result(const GoalId& id);
  void send_cancel(const GoalId& id);

  /// Calls `call` with a goal, unless it was forgotten.
  template <class Call>
  void with_goal(const GoalId& id, Call call) {
    const std::lock_guard callback_runs(running);
    std::shared_ptr<Goal> goal;
    {
      const std::lock_guard lock(mutex);
      const auto found = goals.find(id);
      if (found != goals.end()) goal = found->second;
    }
    if (goal) call(*goal);
  }

  Node& node;
  const std::string action;
  std::unique_ptr<RawServiceClient> send_goal;
  std::unique_ptr<RawServiceClient> cancel_goal;
  std::unique_ptr<RawServiceClient> get_result;
  std::unique_ptr<RawReader> feedback;
  std::unique_ptr<RawReader> status;  ///< unused, but servers and tools count it

  // Held while a callback runs, so that `forget` can wait for it; recursive, for a callback that
  // forgets. Taken before the other.
  std::recursive_mutex running;
  std::mutex mutex;  ///< guards what follows
  std::map<GoalId, std::shared_ptr<Goal>> goals;
};

void ActionClientCore::Parts::open(const std::string& type_prefix) {
  const std::string parts = action + "/_action/";
  feedback = node.make_reader(topic_in_dds(parts + "feedback"), type_prefix + "FeedbackMessage_",
                              kActionFeedbackQos, [weak = weak_from_this()](Sample&& sample) {
                                if (const auto self = weak.lock())
                                  self->on_feedback(sample.payload);
                              });
  status = node.make_reader(topic_in_dds(parts + "status"), GoalStatusArray::kTypeName,
                            kActionStatusQos, [](Sample&&) {});
  const auto client = [&](const std::string& name, const std::string& prefix) {
    return std::make_unique<RawServiceClient>(node, parts + name, prefix + "Request_",
                                              prefix + "Response_", kActionServiceQos);
  };
  get_result = client("get_result", type_prefix + "GetResult_");
  cancel_goal = client("cancel_goal", CancelGoal::kTypePrefix);
  send_goal = client("send_goal", type_prefix + "SendGoal_");
}

void ActionClientCore::Parts::close() {
  feedback.reset();
  status.reset();
  send_goal.reset();
  cancel_goal.reset();
  get_result.reset();
  std::map<GoalId, std::shared_ptr<Goal>> forgotten;  // Destroyed when no lock is held any more.
  const std::lock_guard callback_runs(running);
  const std::lock_guard lock(mutex);
  goals.swap(forgotten);
}

void ActionClientCore::Parts::on_response(const GoalId& id, const Payload& payload) {
  const auto response = deserialize<SendGoalResponse>(payload);
  if (!response) {
    node.logger().warn("dropped the answer to a goal of " + action + ": " +
                       response.error().message);
    return;
  }
  const bool is_accepted = response.value().accepted;
  with_goal(id, [&](Goal& goal) {
    bool cancel_is_wanted = false;
    {
      const std::lock_guard lock(mutex);
      goal.is_accepted = is_accepted;
      cancel_is_wanted = goal.cancel_is_wanted;
      if (!is_accepted) goals.erase(id);
    }
    // Before the callback, which may take its time: a server may hold feedback back until then.
    if (is_accepted) ask_for_result(id);
    if (is_accepted && cancel_is_wanted) send_cancel(id);
    if (goal.callbacks.on_response) goal.callbacks.on_response(is_accepted);
  });
}

void ActionClientCore::Parts::on_feedback(const Payload& payload) {
  // The id comes first, whatever the action. The topic is shared by all clients of the server.
  const Result<GoalId> id = deserialize<GoalId>(payload);
  if (!id) {
    node.logger().warn("dropped feedback of " + action + ": " + id.error().message);
    return;
  }
  with_goal(id.value(), [&](Goal& goal) {
    if (goal.callbacks.on_feedback) goal.callbacks.on_feedback(payload);
  });
}

void ActionClientCore::Parts::ask_for_result(const GoalId& id) {
  get_result->send(serialize(id), [weak = weak_from_this(), id](const Payload& payload) {
    const auto self = weak.lock();
    if (!self) return;
    self->with_goal(id, [&](Goal& goal) {
      {
        const std::lock_guard lock(self->mutex);
        self->goals.erase(id);
      }
      if (goal.callbacks.on_result) goal.callbacks.on_result(payload);
    });
  });
}

void ActionClientCore::Parts::send_cancel(const GoalId& id) {
  // What the server answers shows in the goal's result.
  cancel_goal->send(serialize(CancelGoal::Request{{id, {}}}), [](const Payload&) {});
}

ActionClientCore::ActionClientCore(Node& node, const std::string& action,
                                   const std::string& type_prefix)
    : parts_(std::make_shared<Parts>(node, action)) {
  parts_->open(type_prefix);
}

ActionClientCore::~ActionClientCore() { parts_->close(); }

std::set<GuidPrefix> ActionClientCore::ready_servers() const {
  std::set<GuidPrefix> servers = parts_->send_goal->servers();
  keep_common(servers, parts_->cancel_goal->servers());
  keep_common(servers, parts_->get_result->servers());
  keep_common(servers, participants_of(parts_->feedback->matches()));
  keep_common(servers, participants_of(parts_->status->matches()));
  return servers;
}

bool ActionClientCore::wait_for_server(std::chrono::milliseconds wait_max) const {
  return parts_->node.context().wait_until([this] { return server_is_ready(); }, wait_max);
}

GoalId ActionClientCore::new_id() {
  std::random_device random;
  GoalId id;
  std::generate(id.uuid.begin(), id.uuid.end(),
                [&] { return static_cast<std::uint8_t>(random() & 0xff); });
  return id;
}

void ActionClientCore::send_goal(const GoalId& id, const Payload& request, Callbacks callbacks) {
  {
    auto goal = std::make_shared<Parts::Goal>();
    goal->callbacks = std::move(callbacks);
    const std::lock_guard lock(parts_->mutex);
    parts_->goals[id] = std::move(goal);
  }
  parts_->send_goal->send(request, [weak = std::weak_ptr(parts_), id](const Payload& payload) {
    if (const auto parts = weak.lock()) parts->on_response(id, payload);
  });
}

void ActionClientCore::cancel(const GoalId& id) {
  {
    const std::lock_guard lock(parts_->mutex);
    const auto goal = parts_->goals.find(id);
    if (goal == parts_->goals.end()) return;
    // A cancel request may overtake the goal, and the server would know no such goal.
    goal->second->cancel_is_wanted = true;
    if (!goal->second->is_accepted) return;
  }
  parts_->send_cancel(id);
}

void ActionClientCore::forget(const GoalId& id) {
  std::shared_ptr<Parts::Goal> forgotten;  // Destroyed when no lock is held any more.
  const std::lock_guard callback_runs(parts_->running);
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->goals.find(id);
  if (found == parts_->goals.end()) return;
  forgotten = std::move(found->second);
  parts_->goals.erase(found);
}

}  // namespace clipdex::dds
