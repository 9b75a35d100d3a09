/// Which of several servers gets the next goal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace clipdex::nodes {

/// What is known of each server. Not synchronised; times come from the caller.
class ServerRoster {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param patience a server that has goals and says nothing for this long is silent
  ServerRoster(std::size_t count, Clock::duration patience)
      : servers_(count), patience_(patience) {}

  void set_patience(Clock::duration patience) { patience_ = patience; }

  /// Whether a server can be seen in the graph. One that went away is forgiven all it did.
  void set_present(std::size_t server, bool present);
  void set_resting(std::size_t server, Clock::time_point until);

  void add_goal(std::size_t server, Clock::time_point now);
  void end_goal(std::size_t server);
  /// The server said something.
  void note_news(std::size_t server, Clock::time_point now);
  Clock::time_point last_news(std::size_t server) const { return servers_[server].last_news; }

  /// The server to ask: one that is present, not silent and not resting; rather another one than
  /// `avoided`; the one with the fewest goals; the one that waits longest for one.
  /// @param only if given, no other one may be chosen
  std::optional<std::size_t> choose(std::optional<std::size_t> avoided,
                                    std::optional<std::size_t> only, Clock::time_point now) const;

  /// Whether some server is present, and all of those are silent.
  bool all_present_are_silent(std::optional<std::size_t> only, Clock::time_point now) const;

  bool any_seen() const;  ///< whether one was ever present
  bool is_present(std::size_t server) const { return servers_[server].present; }
  bool was_seen(std::size_t server) const { return servers_[server].seen; }

 private:
  struct Server {
    bool present = false;
    bool seen = false;
    std::size_t goals = 0;
    std::uint64_t last_turn = 0;
    Clock::time_point resting_until{};
    Clock::time_point last_news{};
    std::optional<Clock::time_point> waiting_since;  ///< for news, with goals on the way
  };
  bool is_silent(const Server& server, Clock::time_point now) const;

  std::vector<Server> servers_;
  Clock::duration patience_;
  std::uint64_t turn_ = 0;
};

}  // namespace clipdex::nodes
