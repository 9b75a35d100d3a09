#include "nodes/node_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace clipdex::nodes {
namespace {

// What launch files hand to every node, whether it asks for it or not.
constexpr std::string_view kNeverWarnedAbout = "use_sim_time";

void print_record(const dds::LogRecord& record) {
  dds::LogRecord safe = record;
  safe.message = printable(record.message);
  // One call, so that lines of several processes do not mix.
  const std::string line = dds::format_record(safe) + "\n";
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

/// Says something before there is a node, or after it.
void print_line(std::string_view name, dds::LogSeverity severity, std::string_view message) {
  dds::LogRecord record;
  record.severity = severity;
  record.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  record.logger = std::string(name);
  record.message = std::string(message);
  print_record(record);
}

std::vector<std::function<void(const dds::LogRecord&)>> console(const dds::RosArguments& args) {
  if (!args.stdout_logs) return {};
  return {print_record};
}

int run(int argc, char** argv, std::string_view default_name,
        const std::function<int(NodeProcess&)>& body) {
  StopSignal stop;
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const dds::RosArguments arguments = dds::parse_ros_arguments(words).value_or_throw();
  NodeProcess process(default_name, arguments, stop);
  for (const std::string& word : arguments.others) {
    process.logger().warn("'" + word +
                          "' means nothing to this node; parameters are given as "
                          "--ros-args -p NAME:=VALUE");
  }
  try {
    return body(process);
  } catch (const Exception& error) {
    process.logger().error(error.what());
    return exit_status_of(error.code());
  }
}

}  // namespace

int exit_status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return kWrongUse;
    case ErrorCode::stopped:
      return kSomeFailedOrStopped;
    default:
      return kFailed;
  }
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

void print_result(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Exception(ErrorCode::write_failed, "stdout takes no more text");
  }
}

NodeProcess::NodeProcess(std::string_view default_name, const dds::RosArguments& arguments,
                         StopSignal& stop)
    : stop_(stop),
      context_(dds::options_from_environment()),
      node_(context_, default_name, arguments, console(arguments)) {
  set_log_sink([this](LogLevel level, std::string_view line) {
    const bool is_warning = level == LogLevel::warning;
    const auto severity = is_warning                 ? dds::LogSeverity::warn
                          : level == LogLevel::debug ? dds::LogSeverity::debug
                                                     : dds::LogSeverity::info;
    logger().log(severity, line);
  });
}

NodeProcess::~NodeProcess() { set_log_sink({}); }

void NodeProcess::warn_about_unused_parameters() {
  for (const std::string& name : parameters().unused_overrides()) {
    if (name == kNeverWarnedAbout) continue;
    logger().warn("this node has no parameter '" + name + "'; the value given for it is ignored");
  }
}

int run_node(int argc, char** argv, std::string_view default_name,
             const std::function<int(NodeProcess&)>& body) {
  std::signal(SIGPIPE, SIG_IGN);  // A closed pipe is then an error that writing reports.
  const auto fail = [default_name](std::string_view message) {
    print_line(default_name, dds::LogSeverity::error, message);
  };
  try {
    // Warnings until the node has a log of its own.
    set_log_sink([default_name](LogLevel level, std::string_view line) {
      if (level == LogLevel::warning) print_line(default_name, dds::LogSeverity::warn, line);
    });
    return run(argc, argv, default_name, body);
  } catch (const Exception& error) {
    fail(error.what());
    return exit_status_of(error.code());
  } catch (const std::exception& error) {
    fail(std::string("this is a bug in clipdex: ") + error.what());
    return kFailed;
  }
}

}  // namespace clipdex::nodes
