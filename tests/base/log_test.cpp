#include "base/log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace clipdex {
namespace {

TEST(Log, LinesReachTheSinkAndAreDroppedWithoutOne) {
  std::string seen;
  set_log_sink([&](LogLevel, std::string_view line) { seen += line; });
  log_line(LogLevel::warning, "one");
  set_log_sink({});
  log_line(LogLevel::warning, "two");
  EXPECT_EQ(seen, "one");
}

}  // namespace
}  // namespace clipdex
