/// Several programs run as one: their output in one place, one end for all.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clipdex::cli {

/// A program to run.
struct Child {
  std::string label;  ///< in front of each of its lines
  std::string program;
  std::vector<std::string> arguments;  ///< without the program's name
  bool is_needed = false;              ///< when it ends before the leader, everything ends
};

struct SupervisorOptions {
  /// Gets each line without its newline, from one thread.
  std::function<void(bool is_stdout, std::string_view line)> on_line;
  /// Asked several times a second: whether the user wants the end.
  std::function<bool()> stop_is_wanted;
};

/// Runs the children until the last one, the leader, ends; then ends the others, first with SIGINT,
/// after some seconds with SIGTERM and SIGKILL. When a stop is wanted, the leader gets SIGINT, so
/// that it can finish with the help of the others. Children that outlive this process get SIGTERM.
/// A leader that the stop itself ends gives `kNothingFoundOrSomeFailed`, as any that was stopped.
/// @return the leader's exit status; that of a needed child which ended before it, or `kFailed`
///         where that is 0 or a signal ended it. What happened is a line, too.
/// Throws `not_found` when a program cannot be run; those that were started are ended.
int supervise(std::span<const Child> children, const SupervisorOptions& options);

}  // namespace clipdex::cli
