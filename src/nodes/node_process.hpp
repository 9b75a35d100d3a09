/// What every executable of a ROS 2 node shares: arguments, the graph, the log, signals, and the
/// exit status.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clipdex/error.hpp"
#include "dds/arguments.hpp"
#include "dds/context.hpp"
#include "dds/logger.hpp"
#include "dds/node.hpp"
#include "dds/parameters.hpp"
#include "nodes/stop_signal.hpp"

namespace clipdex::nodes {

// The exit statuses of every node, the same as those of `clipdex`. A server that was asked to stop
// has done what it should.
inline constexpr int kDone = 0;
inline constexpr int kSomeFailedOrStopped = 1;
inline constexpr int kWrongUse = 2;
inline constexpr int kFailed = 3;

/// The status for an error that ended a node.
int exit_status_of(ErrorCode code) noexcept;

/// Text for a terminal: control characters, which names of files may hold, as \n or \x1b.
std::string printable(std::string_view text);

/// Writes text to stdout and flushes it. Throws `write_failed` when nobody takes it.
void print_result(std::string_view text);

/// A running node. Made by `run_node`, for the body of the executable.
class NodeProcess {
 public:
  NodeProcess(std::string_view default_name, const dds::RosArguments& arguments, StopSignal& stop);
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  dds::Context& context() noexcept { return context_; }
  dds::Node& node() noexcept { return node_; }
  dds::Logger& logger() noexcept { return node_.logger(); }
  dds::Parameters& parameters() noexcept { return node_.parameters(); }

  /// Warns about parameters that were given and are none of this node's. To be called once, after
  /// all have been declared.
  void warn_about_unused_parameters();

  // See `StopSignal`.
  bool stop_requested() const { return stop_.is_requested(); }
  void wait_for_stop() const { stop_.wait(); }
  StopSignal& stop() noexcept { return stop_; }

 private:
  StopSignal& stop_;
  dds::Context context_;
  dds::Node node_;
};

/// The whole of `main`: reads the arguments (`--ros-args` and the environment), joins the graph,
/// runs `body`, which declares the parameters and works, and leaves the graph. What `body` throws
/// becomes one line on stderr and an exit status.
/// @param default_name of the node, unless a remapping names it
/// @return the exit status
int run_node(int argc, char** argv, std::string_view default_name,
             const std::function<int(NodeProcess&)>& body);

}  // namespace clipdex::nodes
