#include "search/calendar.hpp"

#include <fmt/format.h>

#include <chrono>

namespace clipdex::search {
namespace {

// Takes a number of exactly `digits` digits after `before`, which may be empty, from the front of
// `text`.
std::optional<int> take_number(std::string_view& text, std::string_view before,
                               std::size_t digits) {
  if (text.substr(0, before.size()) != before) return std::nullopt;
  if (text.size() < before.size() + digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(before.size(), digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(before.size() + digits);
  return number;
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto year = take_number(text, "", 4);
  if (!year) return std::nullopt;
  const auto month = take_number(text, "-", 2);
  const auto day = month ? take_number(text, "-", 2) : std::nullopt;
  const auto hour = day ? take_number(text, "T", 2) : std::nullopt;
  const auto minute = hour ? take_number(text, ":", 2) : std::nullopt;
  const auto second = minute ? take_number(text, ":", 2) : std::nullopt;
  if (hour && !minute) return std::nullopt;
  if (minute && text == "Z") text = {};
  if (!text.empty()) return std::nullopt;

  const std::chrono::year_month_day date(
      std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month.value_or(1))),
      std::chrono::day(static_cast<unsigned>(day.value_or(1))));
  const bool time_exists =
      hour.value_or(0) < 24 && minute.value_or(0) < 60 && second.value_or(0) < 60;
  if (!date.ok() || !time_exists) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour.value_or(0)) * 60 + minute.value_or(0)) * 60 + second.value_or(0);
}

std::string format_time(std::int64_t time_s) {
  const std::chrono::sys_seconds time{std::chrono::seconds(time_s)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (time != midnight) {
    const std::chrono::hh_mm_ss clock(time - midnight);
    text += fmt::format("T{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                        clock.seconds().count());
  }
  return text;
}

}  // namespace clipdex::search
