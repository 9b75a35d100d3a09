/// A node's log: lines on stderr in the form of rcutils, and samples on /rosout.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "dds/arguments.hpp"

namespace clipdex::dds {

/// One line of the log.
struct LogRecord {
  LogSeverity severity = LogSeverity::info;
  std::int64_t time_ns = 0;  ///< since 1970 UTC
  std::string logger;        ///< the node's name, namespaces joined by dots
  std::string message;
  std::string file;
  std::string function;
  std::uint32_t line = 0;
};

/// Where in the source a line comes from: std::source_location, which clang 14 lacks. As a default
/// argument, `current()` gives the place of the call.
struct CodePlace {
  const char* file = "";
  const char* function = "";
  std::uint32_t line = 0;
  static constexpr CodePlace current(const char* file = __builtin_FILE(),
                                     const char* function = __builtin_FUNCTION(),
                                     std::uint32_t line = __builtin_LINE()) {
    return {file, function, line};
  }
};

/// The line that ROS 2 prints: "[INFO] [1700000000.123456789] [clip_manage]: text".
std::string format_record(const LogRecord& record);

/// Thread-safe. Lines below the level are dropped before they are formatted. Sinks must neither log
/// through the logger that called them nor throw.
class Logger {
 public:
  /// @param sinks get every record that passes; called on the logging thread, one at a time
  Logger(std::string name, LogSeverity level,
         std::vector<std::function<void(const LogRecord&)>> sinks);

  const std::string& name() const noexcept { return name_; }
  bool is_enabled(LogSeverity severity) const noexcept { return severity >= level_; }

  void log(LogSeverity severity, std::string_view message,
           const CodePlace& where = CodePlace::current());
  void debug(std::string_view message, const CodePlace& where = CodePlace::current());
  void info(std::string_view message, const CodePlace& where = CodePlace::current());
  void warn(std::string_view message, const CodePlace& where = CodePlace::current());
  void error(std::string_view message, const CodePlace& where = CodePlace::current());

 private:
  const std::string name_;
  const LogSeverity level_;
  std::mutex mutex_;  ///< held while the sinks run
  const std::vector<std::function<void(const LogRecord&)>> sinks_;
};

}  // namespace clipdex::dds
