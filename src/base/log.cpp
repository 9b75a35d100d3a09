#include "base/log.hpp"

#include <mutex>
#include <utility>

namespace clipdex {
namespace {

std::mutex& sink_mutex() {
  static std::mutex mutex;
  return mutex;
}

LogSink& current_sink() {
  static LogSink sink;
  return sink;
}

}  // namespace

void set_log_sink(LogSink sink) {
  std::lock_guard lock(sink_mutex());
  current_sink() = std::move(sink);
}

void log_line(LogLevel level, std::string_view line) {
  std::lock_guard lock(sink_mutex());
  if (current_sink()) current_sink()(level, line);
}

}  // namespace clipdex
