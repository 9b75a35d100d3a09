#include "nodes/server_roster.hpp"

#include <algorithm>
#include <tuple>

namespace clipdex::nodes {

void ServerRoster::set_present(std::size_t server, bool present) {
  Server& one = servers_[server];
  one.present = present;
  one.seen = one.seen || present;
  if (present) return;
  one.waiting_since.reset();
  one.resting_until = {};
}

void ServerRoster::set_resting(std::size_t server, Clock::time_point until) {
  servers_[server].resting_until = until;
}

void ServerRoster::add_goal(std::size_t server, Clock::time_point now) {
  Server& one = servers_[server];
  ++one.goals;
  one.last_turn = ++turn_;
  if (!one.waiting_since) one.waiting_since = now;
}

void ServerRoster::end_goal(std::size_t server) { --servers_[server].goals; }

void ServerRoster::note_news(std::size_t server, Clock::time_point now) {
  Server& one = servers_[server];
  one.last_news = now;
  one.waiting_since.reset();
  if (one.goals > 0) one.waiting_since = now;
}

bool ServerRoster::is_silent(const Server& server, Clock::time_point now) const {
  return server.waiting_since && now - *server.waiting_since >= patience_;
}

std::optional<std::size_t> ServerRoster::choose(std::optional<std::size_t> avoided,
                                                std::optional<std::size_t> only,
                                                Clock::time_point now) const {
  const auto rank = [&](std::size_t i) {
    return std::tuple(avoided == i, servers_[i].goals, servers_[i].last_turn);
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const Server& one = servers_[i];
    if (!one.present || is_silent(one, now) || one.resting_until > now) continue;
    if (only && *only != i) continue;
    if (!best || rank(i) < rank(*best)) best = i;
  }
  return best;
}

bool ServerRoster::all_present_are_silent(std::optional<std::size_t> only,
                                          Clock::time_point now) const {
  bool any = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i].present || (only && *only != i)) continue;
    if (!is_silent(servers_[i], now)) return false;
    any = true;
  }
  return any;
}

bool ServerRoster::any_seen() const {
  return std::any_of(servers_.begin(), servers_.end(),
                     [](const Server& server) { return server.seen; });
}

}  // namespace clipdex::nodes
