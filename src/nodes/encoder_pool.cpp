#include "nodes/encoder_pool.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "dds/action_client.hpp"
#include "dds/clip_messages.hpp"
#include "dds/logger.hpp"
#include "nodes/goal_codes.hpp"
#include "nodes/goal_flight.hpp"
#include "nodes/server_roster.hpp"

namespace clipdex::nodes {
namespace {

using dds::clip_msgs::GetFeatures;
using Client = dds::ActionClient<GetFeatures>;
using Clock = GoalFlight::Clock;
using Takers = std::set<dds::GuidPrefix>;
using Verdict = GoalFlight::Verdict;
using std::chrono::milliseconds;

constexpr milliseconds kTick{50};           // Between looks at who is there.
constexpr milliseconds kOthersWait{2'000};  // For the other servers, once one is there.
constexpr milliseconds kPatienceInStopping{2'000};

/// One call of `encode`: what it asks for, and what has been answered.
struct Call {
  std::span<const std::string> items;
  std::optional<std::size_t> only;     ///< the one server that may be asked
  std::optional<std::size_t> avoided;  ///< the server that failed last
  std::vector<std::optional<RemoteAnswer>> answers;
  std::vector<int> fruitless;  ///< by item: goals that said nothing about it
  int goals_given_up = 0;      ///< in a row
  std::optional<Clock::time_point> refused_since;

  std::vector<std::size_t> open_places() const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (places.size() < EncoderPool::kItemsMax && !answers[i]) places.push_back(i);
    }
    return places;
  }
};

/// Whether an item's error is about the server's own end or load, so that asking again will help.
bool passes(const ItemAnswer& answer) {
  return !answer.vector && (answer.vector.error().code == ErrorCode::stopped ||
                            answer.vector.error().code == ErrorCode::busy);
}

/// Whether a server gave its goals back because it was asked to stop.
bool is_leaving(const GoalFlight& flight) {
  return flight.status() == dds::GoalStatus::aborted &&
         error_of_goal_code(flight.error_code()) == ErrorCode::stopped;
}

std::string seconds(milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

constexpr const char* kStoppedWaiting = "stopped while waiting for an encoder; what was done stays";

}  // namespace

struct EncoderPool::Parts {
  Parts(dds::Node& of, EncoderPoolOptions with);

  std::vector<RemoteAnswer> encode(Call call);
  std::size_t choose_server(const Call& call);
  std::optional<std::size_t> try_choose(const Call& call, Clock::time_point began);
  void fly(Call& call, std::size_t server, const std::vector<std::size_t>& places);
  Verdict wait(std::size_t server, GoalFlight& flight, const Takers& takers);
  void take_over(Call& call, std::size_t server, const std::vector<std::size_t>& places,
                 GoalFlight& flight, Verdict verdict);
  void note_refusal(Call& call, std::size_t server);
  void count_fruitless(Call& call, std::size_t server, const std::vector<std::size_t>& places,
                       const GoalFlight& flight, Verdict verdict);
  void look_around();
  Takers look_at(std::size_t server);
  milliseconds patience() const { return stopping ? kPatienceInStopping : options.timeout; }
  Client::Callbacks callbacks_of(std::size_t server, const std::shared_ptr<GoalFlight>& flight);
  GetFeatures::Goal goal_of(const std::vector<std::string>& items) const;
  [[noreturn]] void throw_absent(std::optional<std::size_t> only) const;
  std::string names(std::optional<std::size_t> only) const {
    return only ? servers[*only] : fmt::format("{}", fmt::join(servers, ", "));
  }
  const char* program() const {
    return options.kind == ItemEncoder::Kind::image ? "clip_encode_image" : "clip_encode_text_node";
  }

  dds::Node& node;
  const EncoderPoolOptions options;
  std::vector<std::string> servers;
  std::mutex looking;
  std::mutex mutex;  ///< guards what follows; never held when a client is called
  std::condition_variable changed;
  ServerRoster roster;
  bool stopping = false;
  // Last, so that they go first: their callbacks use the rest.
  std::vector<std::unique_ptr<Client>> clients;
};

EncoderPool::Parts::Parts(dds::Node& of, EncoderPoolOptions with)
    : node(of), options(std::move(with)), roster(options.actions.size(), options.timeout) {
  if (options.actions.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "no encoder is named; image_servers needs at least one name");
  }
  for (const std::string& action : options.actions) {
    const std::string name = node.resolve(action);
    if (std::find(servers.begin(), servers.end(), name) != servers.end()) {
      throw Exception(ErrorCode::invalid_argument,
                      fmt::format("the encoder {} is named twice; name it once", name));
    }
    servers.push_back(name);
    clients.push_back(std::make_unique<Client>(node, action));
  }
}

void EncoderPool::Parts::look_around() {
  for (std::size_t i = 0; i < clients.size(); ++i) look_at(i);
}

/// The processes that serve an action now. That they came or went is a line of the log.
Takers EncoderPool::Parts::look_at(std::size_t server) {
  const std::lock_guard one_by_one(looking);  // So that no old look undoes a newer one.
  Takers takers = clients[server]->ready_servers();
  const bool present = !takers.empty();
  std::unique_lock lock(mutex);
  const bool is_news = roster.was_seen(server) && roster.is_present(server) != present;
  roster.set_present(server, present);
  lock.unlock();
  const std::string who = "the encoder at " + servers[server];
  if (is_news && present) node.logger().info(who + " is back");
  if (is_news && !present)
    node.logger().warn(who + " is gone; others do its work, or it is awaited");
  return takers;
}

void EncoderPool::Parts::throw_absent(std::optional<std::size_t> only) const {
  if (roster.any_seen()) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("the encoder at {} went away and did not come back within {}; what "
                                "was done stays, and the same command goes on from there",
                                names(only), seconds(options.timeout)));
  }
  throw Exception(ErrorCode::not_found,
                  fmt::format("no encoder answers at {} after {}; start {} in this ROS domain, or "
                              "name the one that runs",
                              names(only), seconds(options.timeout), program()));
}

/// One look for a server. With the lock held.
std::optional<std::size_t> EncoderPool::Parts::try_choose(const Call& call,
                                                          Clock::time_point began) {
  const auto now = Clock::now();
  if (const auto server = roster.choose(call.avoided, call.only, now)) {
    roster.add_goal(*server, now);
    return server;
  }
  if (stopping) throw Exception(ErrorCode::stopped, kStoppedWaiting);
  if (roster.all_present_are_silent(call.only, now)) {
    throw Exception(
        ErrorCode::busy,
        fmt::format(
            "the encoder at {} was given goals and has said nothing for {}; look at its log "
            "and at the network to it, or give it more time with timeout_s; what was done "
            "stays, and the same command goes on from there",
            names(call.only), seconds(options.timeout)));
  }
  if (now - began >= options.timeout) throw_absent(call.only);
  return std::nullopt;
}

std::size_t EncoderPool::Parts::choose_server(const Call& call) {
  const auto began = Clock::now();
  while (true) {
    look_around();
    std::unique_lock lock(mutex);
    if (const auto server = try_choose(call, began)) return *server;
    changed.wait_for(lock, kTick);
  }
}

GetFeatures::Goal EncoderPool::Parts::goal_of(const std::vector<std::string>& items) const {
  GetFeatures::Goal goal;
  goal.type = options.kind == ItemEncoder::Kind::image;
  (goal.type ? goal.urls : goal.texts) = items;
  return goal;
}

Client::Callbacks EncoderPool::Parts::callbacks_of(std::size_t server,
                                                   const std::shared_ptr<GoalFlight>& flight) {
  // One wake-up a goal, not one an item.
  Client::Callbacks callbacks;
  callbacks.on_response = [this, flight](bool accepted) {
    // No news that a server works: one that hangs may accept goals all the same.
    const std::lock_guard lock(mutex);
    flight->take_response(accepted);
    if (!accepted) changed.notify_all();
  };
  callbacks.on_feedback = [this, server, flight](const GetFeatures::Feedback& feedback) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex);
    roster.note_news(server, now);
    flight->take_feedback(feedback.item, now);
    if (flight->is_whole()) changed.notify_all();
  };
  callbacks.on_result = [this, server, flight](dds::GoalStatus status,
                                               const GetFeatures::Result& result) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex);
    roster.note_news(server, now);
    flight->take_result(status, result.error_code, now);
    changed.notify_all();
  };
  return callbacks;
}

/// Waits until a goal is over in some way. A goal whose server went away counts as silent.
/// @param takers the processes that may have the goal
Verdict EncoderPool::Parts::wait(std::size_t server, GoalFlight& flight, const Takers& takers) {
  while (true) {
    const Takers present = look_at(server);
    const bool is_alive = std::any_of(takers.begin(), takers.end(),
                                      [&](const auto& one) { return present.contains(one); });
    std::unique_lock lock(mutex);
    // Half of it, so that there is time to ask once more before a server is given up.
    const GoalFlight::Limits limits{patience() / 2, options.quiet_min, options.settle};
    const auto verdict = flight.verdict(Clock::now(), roster.last_news(server), limits);
    if (verdict != Verdict::open) return verdict;
    if (!is_alive) return Verdict::silent;
    changed.wait_for(lock, kTick);
  }
}

/// Sends one goal and waits for it.
void EncoderPool::Parts::fly(Call& call, std::size_t server,
                             const std::vector<std::size_t>& places) {
  std::vector<std::string> items;
  for (const std::size_t place : places) items.push_back(call.items[place]);
  const auto flight = std::make_shared<GoalFlight>(items, Clock::now());
  Client& client = *clients[server];
  const Takers takers = client.ready_servers();
  const dds::GoalId id = client.send_goal(goal_of(items), callbacks_of(server, flight));
  const Verdict verdict = wait(server, *flight, takers);
  if (verdict == Verdict::quiet || verdict == Verdict::silent) client.cancel(id);
  client.forget(id);  // From here on the flight is this thread's alone.
  {
    const std::lock_guard lock(mutex);
    roster.end_goal(server);
    if (verdict == Verdict::refused || verdict == Verdict::ended) {
      roster.set_resting(server, Clock::now() + options.rest);
    }
  }
  take_over(call, server, places, *flight, verdict);
}

void EncoderPool::Parts::take_over(Call& call, std::size_t server,
                                   const std::vector<std::size_t>& places, GoalFlight& flight,
                                   Verdict verdict) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::optional<ItemAnswer>& answer = flight.answers()[i];
    if (!answer) continue;
    if (passes(*answer) && ++call.fruitless[places[i]] <= kResendsMax) continue;
    call.answers[places[i]] =
        RemoteAnswer{std::move(answer->vector), std::move(answer->label), servers[server]};
  }
  const bool is_refused =
      verdict == Verdict::refused ||
      (verdict == Verdict::ended && flight.answered() == 0 && is_leaving(flight));
  call.avoided.reset();
  if (verdict != Verdict::answered) call.avoided = server;
  if (!is_refused) call.refused_since.reset();
  if (flight.answered() > 0) call.goals_given_up = 0;
  if (is_refused) return note_refusal(call, server);
  if (verdict == Verdict::ended || verdict == Verdict::quiet) {
    count_fruitless(call, server, places, flight, verdict);
  }
}

void EncoderPool::Parts::note_refusal(Call& call, std::size_t server) {
  const auto now = Clock::now();
  if (!call.refused_since) call.refused_since = now;
  const std::lock_guard lock(mutex);
  if (now - *call.refused_since < patience()) return;
  throw Exception(ErrorCode::busy,
                  fmt::format("the encoder at {} refuses every goal for {} now; it has too many, "
                              "or its log says why",
                              servers[server], seconds(options.timeout)));
}

void EncoderPool::Parts::count_fruitless(Call& call, std::size_t server,
                                         const std::vector<std::size_t>& places,
                                         const GoalFlight& flight, Verdict verdict) {
  const ErrorCode code = error_of_goal_code(flight.error_code());
  const bool is_given_up = verdict == Verdict::ended && flight.status() == dds::GoalStatus::aborted;
  if (is_given_up && flight.answered() > 0) return;
  if (is_given_up && ++call.goals_given_up > kResendsMax) {
    throw Exception(code, fmt::format("the encoder at {} gave up {} goals one after the other, "
                                      "with error_code {} ({}); its log says why",
                                      servers[server], call.goals_given_up, flight.error_code(),
                                      error_code_name(code)));
  }
  if (is_given_up) return;
  std::size_t open = 0;
  for (const std::size_t place : places) {
    if (call.answers[place]) continue;
    ++open;
    if (++call.fruitless[place] <= kResendsMax) continue;
    call.answers[place] = RemoteAnswer{
        Error{ErrorCode::internal, fmt::format("the encoder at {} ended {} goals that asked for "
                                               "this and said nothing about it",
                                               servers[server], call.fruitless[place])},
        std::nullopt, servers[server]};
  }
  node.logger().debug(fmt::format("{} of {} items got no answer from {} and are sent again", open,
                                  places.size(), servers[server]));
}

std::vector<RemoteAnswer> EncoderPool::Parts::encode(Call call) {
  call.answers.resize(call.items.size());
  call.fruitless.resize(call.items.size());
  for (auto places = call.open_places(); !places.empty(); places = call.open_places()) {
    if (call.only && call.avoided && !clients[*call.only]->server_is_ready()) {
      for (const std::size_t place : places) {
        call.answers[place] = RemoteAnswer{Error{ErrorCode::not_found, "the encoder went away"},
                                           std::nullopt, servers[*call.only]};
      }
      continue;
    }
    fly(call, choose_server(call), places);
  }
  std::vector<RemoteAnswer> answers;
  for (auto& answer : call.answers) answers.push_back(*std::move(answer));
  return answers;
}

EncoderPool::EncoderPool(dds::Node& node, EncoderPoolOptions options)
    : parts_(std::make_unique<Parts>(node, std::move(options))) {}

EncoderPool::~EncoderPool() = default;

const std::vector<std::string>& EncoderPool::servers() const noexcept { return parts_->servers; }

std::vector<std::size_t> EncoderPool::wait_for_servers() {
  const auto began = Clock::now();
  std::optional<Clock::time_point> first;
  std::vector<std::size_t> present;
  while (true) {
    parts_->look_around();
    std::unique_lock lock(parts_->mutex);
    present.clear();
    for (std::size_t i = 0; i < parts_->servers.size(); ++i) {
      if (parts_->roster.is_present(i)) present.push_back(i);
    }
    const auto now = Clock::now();
    if (!present.empty() && !first) first = now;
    if (present.size() == parts_->servers.size()) return present;
    if (parts_->stopping) {
      throw Exception(ErrorCode::stopped, kStoppedWaiting);
    }
    if (!present.empty() && now - *first >= kOthersWait) return present;
    if (present.empty() && now - began >= parts_->options.timeout) {
      parts_->throw_absent(std::nullopt);
    }
    parts_->changed.wait_for(lock, kTick);
  }
}

std::vector<RemoteAnswer> EncoderPool::encode(std::span<const std::string> items) {
  Call call;
  call.items = items;
  return parts_->encode(std::move(call));
}

std::vector<RemoteAnswer> EncoderPool::encode_at(std::size_t server,
                                                 std::span<const std::string> items) {
  Call call;
  call.items = items;
  call.only = server;
  return parts_->encode(std::move(call));
}

void EncoderPool::stop() {
  const std::lock_guard lock(parts_->mutex);
  parts_->stopping = true;
  parts_->roster.set_patience(parts_->patience());
  parts_->changed.notify_all();
}

}  // namespace clipdex::nodes
