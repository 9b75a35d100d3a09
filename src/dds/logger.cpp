#include "dds/logger.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace clipdex::dds {
namespace {

std::string_view severity_name(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::debug:
      return "DEBUG";
    case LogSeverity::info:
      return "INFO";
    case LogSeverity::warn:
      return "WARN";
    case LogSeverity::error:
      return "ERROR";
    case LogSeverity::fatal:
      return "FATAL";
  }
  return "UNKNOWN";
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::string format_record(const LogRecord& record) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return fmt::format("[{}] [{}.{:09}] [{}]: {}", severity_name(record.severity),
                     record.time_ns / kSecond, record.time_ns % kSecond, record.logger,
                     record.message);
}

Logger::Logger(std::string name, LogSeverity level,
               std::vector<std::function<void(const LogRecord&)>> sinks)
    : name_(std::move(name)), level_(level), sinks_(std::move(sinks)) {}

void Logger::log(LogSeverity severity, std::string_view message, const CodePlace& where) {
  if (!is_enabled(severity)) return;
  const std::lock_guard lock(mutex_);  // Taken before the clock, so that times never go back.
  const LogRecord record{severity,   now_ns(),       name_,     std::string(message),
                         where.file, where.function, where.line};
  for (const auto& sink : sinks_) sink(record);
}

void Logger::debug(std::string_view message, const CodePlace& where) {
  log(LogSeverity::debug, message, where);
}

void Logger::info(std::string_view message, const CodePlace& where) {
  log(LogSeverity::info, message, where);
}

void Logger::warn(std::string_view message, const CodePlace& where) {
  log(LogSeverity::warn, message, where);
}

void Logger::error(std::string_view message, const CodePlace& where) {
  log(LogSeverity::error, message, where);
}

}  // namespace clipdex::dds
