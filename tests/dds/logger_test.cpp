#include "dds/logger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace clipdex::dds {
namespace {

LogRecord record(LogSeverity severity, std::int64_t time_ns) {
  return {severity, time_ns, "robot.clip", "hello", "f.cpp", "main", 7};
}

TEST(FormatRecord, LooksAsRosPrintsIt) {
  EXPECT_EQ(format_record(record(LogSeverity::info, 1'700'000'000'123'456'789)),
            "[INFO] [1700000000.123456789] [robot.clip]: hello");
}

TEST(FormatRecord, TheFractionHasNineDigits) {
  EXPECT_EQ(format_record(record(LogSeverity::warn, 5'000'000'042)),
            "[WARN] [5.000000042] [robot.clip]: hello");
}

TEST(FormatRecord, EverySeverityHasItsName) {
  EXPECT_TRUE(format_record(record(LogSeverity::debug, 0)).starts_with("[DEBUG] "));
  EXPECT_TRUE(format_record(record(LogSeverity::error, 0)).starts_with("[ERROR] "));
  EXPECT_TRUE(format_record(record(LogSeverity::fatal, 0)).starts_with("[FATAL] "));
}

class LoggerTest : public testing::Test {
 protected:
  std::function<void(const LogRecord&)> keep() {
    return [this](const LogRecord& one) { records_.push_back(one); };
  }
  std::vector<LogRecord> records_;
};

TEST_F(LoggerTest, ARecordSaysWhoSaidWhatWhere) {
  Logger logger("clip", LogSeverity::info, {keep()});
  EXPECT_EQ(logger.name(), "clip");
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  const std::uint32_t line = __LINE__ + 1;
  logger.warn("careful");
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].severity, LogSeverity::warn);
  EXPECT_EQ(records_[0].logger, "clip");
  EXPECT_EQ(records_[0].message, "careful");
  EXPECT_TRUE(records_[0].file.ends_with("logger_test.cpp")) << records_[0].file;
  EXPECT_EQ(records_[0].function, "TestBody");
  EXPECT_EQ(records_[0].line, line);
  EXPECT_GE(records_[0].time_ns, std::chrono::nanoseconds(before).count());
}

TEST_F(LoggerTest, EachFunctionHasItsSeverity) {
  Logger logger("clip", LogSeverity::debug, {keep()});
  logger.debug("a");
  logger.info("b");
  logger.warn("c");
  logger.error("d");
  logger.log(LogSeverity::fatal, "e");
  std::vector<LogSeverity> severities;
  for (const LogRecord& one : records_) severities.push_back(one.severity);
  EXPECT_EQ(severities, (std::vector{LogSeverity::debug, LogSeverity::info, LogSeverity::warn,
                                     LogSeverity::error, LogSeverity::fatal}));
}

TEST_F(LoggerTest, WhatIsBelowTheLevelIsDropped) {
  Logger logger("clip", LogSeverity::warn, {keep()});
  logger.info("a");
  EXPECT_TRUE(records_.empty());
  EXPECT_FALSE(logger.is_enabled(LogSeverity::info));
  EXPECT_TRUE(logger.is_enabled(LogSeverity::warn));
  logger.warn("b");
  EXPECT_EQ(records_.size(), 1U);
}

TEST_F(LoggerTest, EverySinkGetsEveryRecord) {
  Logger logger("clip", LogSeverity::info, {keep(), keep()});
  logger.info("a");
  EXPECT_EQ(records_.size(), 2U);
  Logger("deaf", LogSeverity::info, {}).info("b");
}

TEST_F(LoggerTest, ThreadsLogOneAfterTheOtherAndTheClockNeverGoesBack) {
  Logger logger("clip", LogSeverity::info, {keep()});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) logger.info("line");
    });
  }
  threads.clear();
  EXPECT_EQ(records_.size(), 400U);
  EXPECT_TRUE(std::is_sorted(records_.begin(), records_.end(),
                             [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; }));
}

}  // namespace
}  // namespace clipdex::dds
