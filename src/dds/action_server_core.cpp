#include "dds/action_server_core.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "dds/names.hpp"

namespace clipdex::dds {
namespace {

// An ACTION_SendGoal_Response is the same for every action.
struct SendGoalResponse {
  bool accepted = false;
  Time stamp;  // rclcpp leaves it 0.
  static constexpr auto kFields = std::tuple(&SendGoalResponse::accepted, &SendGoalResponse::stamp);
};

Time now_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Time::from_nanoseconds(std::chrono::nanoseconds(now).count());
}

}  // namespace

struct ActionServerCore::Endpoints {
  RawServiceServer send_goal;
  RawServiceServer cancel_goal;
  RawServiceServer get_result;
  FeedbackFlow feedback;
  std::unique_ptr<RawWriter> status;
};

RawServerGoal::~RawServerGoal() {
  if (!server_) return;
  try {
    finish(GoalStatus::aborted, server_->handlers_.default_result(GoalStatus::aborted));
  } catch (const std::exception& error) {
    server_->logger_.error("could not abort a goal of " + server_->action_ + ": " + error.what());
  }
}

void RawServerGoal::send_feedback(const Payload& message) {
  if (server_) server_->send_feedback(*this, message);
}

void RawServerGoal::finish(GoalStatus status, const Payload& response) {
  if (server_) server_->finish(*this, status, response);
}

std::shared_ptr<ActionServerCore> ActionServerCore::make(Node& node, const std::string& action,
                                                         const std::string& type_prefix,
                                                         Handlers handlers,
                                                         std::chrono::seconds result_kept) {
  std::shared_ptr<ActionServerCore> core(
      new ActionServerCore(node, action, std::move(handlers), result_kept));
  core->open(node, type_prefix);
  return core;
}

ActionServerCore::ActionServerCore(Node& node, std::string action, Handlers handlers,
                                   std::chrono::seconds result_kept)
    : logger_(node.logger()),
      loop_(node.loop()),
      action_(std::move(action)),
      handlers_(std::move(handlers)),
      ledger_(result_kept) {}

ActionServerCore::~ActionServerCore() = default;

void ActionServerCore::open(Node& node, const std::string& type_prefix) {
  using Member = void (ActionServerCore::*)(const SampleIdentity&, const Payload&);
  // The core lives as long as one of its handlers runs, even if that one destroys the server.
  const auto call = [weak = weak_from_this()](Member member) {
    return [weak, member](const SampleIdentity& request, const Payload& payload) {
      if (const auto core = weak.lock()) ((*core).*member)(request, payload);
    };
  };
  const std::string parts = action_ + "/_action/";
  // Requests that come while the endpoints are made wait for the lock.
  const std::unique_lock lock(use_);
  // NOLINTNEXTLINE(modernize-make-unique): an aggregate whose members cannot be moved.
  endpoints_ = std::unique_ptr<Endpoints>(new Endpoints{
      {node, parts + "send_goal", type_prefix + "SendGoal_Request_",
       type_prefix + "SendGoal_Response_", kActionServiceQos, call(&ActionServerCore::on_goal)},
      {node, parts + "cancel_goal", std::string(CancelGoal::kTypePrefix) + "Request_",
       std::string(CancelGoal::kTypePrefix) + "Response_", kActionServiceQos,
       call(&ActionServerCore::on_cancel)},
      {node, parts + "get_result", type_prefix + "GetResult_Request_",
       type_prefix + "GetResult_Response_", kActionServiceQos, call(&ActionServerCore::on_result)},
      FeedbackFlow(node.make_writer(topic_in_dds(parts + "feedback"),
                                    type_prefix + "FeedbackMessage_", kActionFeedbackQos)),
      node.make_writer(topic_in_dds(parts + "status"), GoalStatusArray::kTypeName,
                       kActionStatusQos)});
}

void ActionServerCore::close() {
  closing_ = true;
  {
    // Whoever looked at `closing_` before is waiting by now, and is woken.
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
  std::unique_ptr<Endpoints> endpoints;  // Destroyed without a lock: it waits for handlers.
  const std::unique_lock use(use_);
  if (!endpoints_) return;
  const std::lock_guard lock(mutex_);
  for (const GoalId& id : ledger_.active()) {
    finish_locked(id, GoalStatus::aborted, handlers_.default_result(GoalStatus::aborted));
  }
  loop_.cancel(expiry_timer_);
  endpoints = std::move(endpoints_);
}

void ActionServerCore::on_goal(const SampleIdentity& request, const Payload& payload) {
  // The id comes first, whatever the action.
  const Result<GoalId> id = deserialize<GoalId>(payload);
  Result<Goal> goal = id ? handlers_.read(id.value(), payload) : Result<Goal>(id.error());
  if (!goal) {
    logger_.warn("dropped a goal for " + action_ + ": " + goal.error().message);
    return;
  }
  bool is_accepted = false;
  try {
    is_accepted = !knows(id.value()) && handlers_.accept(*goal.value());
  } catch (const std::exception& error) {
    logger_.error("rejected a goal for " + action_ + ": " + error.what());
  }
  if (!start(request, goal.value(), is_accepted)) return;
  handlers_.execute(std::move(goal).value());
}

bool ActionServerCore::knows(const GoalId& id) {
  const std::lock_guard lock(mutex_);
  return ledger_.status(id) != GoalStatus::unknown;
}

bool ActionServerCore::start(const SampleIdentity& request, const Goal& goal, bool is_accepted) {
  const std::shared_lock use(use_);
  if (!endpoints_) return false;
  const std::lock_guard lock(mutex_);
  is_accepted = is_accepted && ledger_.add(goal->id(), now_since_1970());
  endpoints_->send_goal.reply(request, serialize(SendGoalResponse{is_accepted, {}}));
  if (!is_accepted) return false;
  goal->server_ = shared_from_this();
  goal->request_ = request;
  goal->accepted_at_ = std::chrono::steady_clock::now();
  goals_[goal->id()] = goal;
  publish_status();
  return true;
}

void ActionServerCore::on_cancel(const SampleIdentity& request, const Payload& payload) {
  const auto message = deserialize<CancelGoal::Request>(payload);
  if (!message) {
    logger_.warn("dropped a cancel request for " + action_ + ": " + message.error().message);
    return;
  }
  GoalLedger::CancelPlan plan;
  {
    const std::lock_guard lock(mutex_);
    plan = ledger_.plan_cancel(message.value().goal_info);
  }
  const auto agreed = ask_to_cancel(plan.goals);
  const std::shared_lock use(use_);
  if (!endpoints_) return;
  const std::lock_guard lock(mutex_);
  CancelGoal::Response response{plan.return_code, {}};
  for (const auto& [info, goal] : agreed) {
    if (!ledger_.set_canceling(info.goal_id)) continue;  // It has ended while we asked.
    goal->canceling_ = true;
    response.goals_canceling.push_back(info);
  }
  if (!response.goals_canceling.empty()) {
    publish_status();
  } else if (!plan.goals.empty()) {
    response.return_code = agreed.empty() ? CancelGoal::kRejected : CancelGoal::kGoalTerminated;
  }
  endpoints_->cancel_goal.reply(request, serialize(response));
}

std::vector<std::pair<GoalInfo, ActionServerCore::Goal>> ActionServerCore::ask_to_cancel(
    const std::vector<GoalInfo>& goals) {
  std::vector<std::pair<GoalInfo, Goal>> agreed;
  for (const GoalInfo& info : goals) {
    Goal goal;
    {
      const std::lock_guard lock(mutex_);
      const auto found = goals_.find(info.goal_id);
      if (found != goals_.end()) goal = found->second.lock();
    }
    if (goal && handlers_.cancel(goal)) agreed.emplace_back(info, std::move(goal));
  }
  return agreed;
}

void ActionServerCore::on_result(const SampleIdentity& request, const Payload& payload) {
  const Result<GoalId> id = deserialize<GoalId>(payload);
  if (!id) {
    logger_.warn("dropped a request for a result of " + action_ + ": " + id.error().message);
    return;
  }
  const std::shared_lock use(use_);
  if (!endpoints_) return;
  const std::lock_guard lock(mutex_);
  if (const Payload* result = ledger_.result(id.value())) {
    endpoints_->get_result.reply(request, *result);
  } else if (ledger_.status(id.value()) == GoalStatus::unknown) {
    endpoints_->get_result.reply(request, handlers_.default_result(GoalStatus::unknown));
  } else if (ledger_.wait_for_result(id.value(), request)) {
    changed_.notify_all();
  } else {
    logger_.warn("dropped a request for a result of " + action_ + ": too many wait for it");
  }
}

void ActionServerCore::send_feedback(RawServerGoal& goal, const Payload& message) {
  const std::shared_lock use(use_);
  if (!endpoints_ || goal.ended_) return;
  if (!goal.client_listens_) wait_for_listener(goal);
  endpoints_->feedback.write(message, [this] { return closing_.load(); });
}

void ActionServerCore::wait_for_listener(RawServerGoal& goal) {
  std::unique_lock lock(mutex_);
  const auto is_over = [&] { return closing_ || goal.ended_ || ledger_.is_waited_for(goal.id()); };
  // Where the answer waits for discovery the client's reader of feedback is not known either, and
  // feedback would be lost.
  auto deadline = goal.accepted_at_ + kListenWaitMax;
  while (true) {
    const bool is_answered = !endpoints_->send_goal.is_kept(goal.request_);
    if (changed_.wait_until(lock, deadline, is_over) || is_answered) break;
    deadline = std::chrono::steady_clock::now() + kListenWaitMax;
  }
  goal.client_listens_ = true;
}

void ActionServerCore::finish(RawServerGoal& goal, GoalStatus status, const Payload& response) {
  if (goal.ended_.exchange(true)) return;
  const std::shared_lock use(use_);
  if (!endpoints_) return;
  endpoints_->feedback.settle([this] { return closing_.load(); });
  const std::lock_guard lock(mutex_);
  finish_locked(goal.id(), status, response);
}

void ActionServerCore::finish_locked(const GoalId& id, GoalStatus status, const Payload& response) {
  const auto waiting = ledger_.finish(id, status, response, GoalLedger::Clock::now());
  if (!waiting) return;
  goals_.erase(id);
  for (const SampleIdentity& request : *waiting) endpoints_->get_result.reply(request, response);
  publish_status();
  changed_.notify_all();
  schedule_expiry();
}

void ActionServerCore::publish_status() {
  endpoints_->status->write(serialize(ledger_.status_array()));
}

void ActionServerCore::schedule_expiry() {
  const auto next = ledger_.next_expiry();
  if (expiry_timer_ != 0 || !next) return;
  expiry_timer_ = loop_.post_after(*next - GoalLedger::Clock::now(), [weak = weak_from_this()] {
    const auto core = weak.lock();
    if (!core) return;
    const std::lock_guard lock(core->mutex_);
    core->expiry_timer_ = 0;
    core->ledger_.expire(GoalLedger::Clock::now());
    if (!core->closing_) core->schedule_expiry();
  });
}

}  // namespace clipdex::dds
