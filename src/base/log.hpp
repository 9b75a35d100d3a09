/// Where library code reports what is worth a line but is no error of the caller. Library code
/// never prints: a front door installs a sink, and without one the lines are dropped.
#pragma once

#include <functional>
#include <string_view>

namespace clipdex {

enum class LogLevel { debug, info, warning };

/// Receives one line, without a newline at its end. May be called from any thread, one call at a
/// time.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// Installs the sink of this process; an empty function drops every line. Thread-safe.
void set_log_sink(LogSink sink);

/// Sends one line to the sink, if there is one. Thread-safe.
void log_line(LogLevel level, std::string_view line);

}  // namespace clipdex
