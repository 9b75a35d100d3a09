#include "dds/event_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace clipdex::dds {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// Waits until everything that was posted before has run.
void drain(EventLoop& loop) {
  loop.run_and_wait([] {});
}

TEST(EventLoop, TasksRunInOrderOnOneThread) {
  EventLoop loop;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 100; ++i) {
    loop.post([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }
  drain(loop);
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  for (const std::thread::id& id : threads) {
    EXPECT_EQ(id, threads[0]);
    EXPECT_NE(id, std::this_thread::get_id());
  }
}

TEST(EventLoop, ATimerRunsNotBeforeItsTime) {
  EventLoop loop;
  std::promise<EventLoop::Clock::time_point> ran;
  const auto start = EventLoop::Clock::now();
  loop.post_after(milliseconds(20), [&] { ran.set_value(EventLoop::Clock::now()); });
  EXPECT_GE(ran.get_future().get(), start + milliseconds(20));
}

TEST(EventLoop, TimersRunInTheOrderOfTheirTimesAndOfPostingAmongEqualOnes) {
  EventLoop loop;
  std::vector<int> order;
  std::promise<void> done;
  // On the loop, so that none is due before all are posted.
  loop.run_and_wait([&] {
    loop.post_after(milliseconds(30), [&] { done.set_value(); });
    loop.post_after(milliseconds(10), [&] { order.push_back(2); });
    loop.post_after(milliseconds(-5), [&] { order.push_back(1); });
  });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EventLoop, ATimerThatWasPostedLaterButIsDueEarlierWakesTheLoop) {
  EventLoop loop;
  loop.post_after(hours(1), [] { FAIL() << "an hour cannot have passed"; });
  drain(loop);
  std::promise<void> ran;
  loop.post_after(milliseconds(1), [&] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(EventLoop, TheLongestDelayIsNotThePast) {
  EventLoop loop;
  bool ran = false;
  loop.post_after(EventLoop::Clock::duration::max(), [&] { ran = true; });
  drain(loop);
  drain(loop);
  EXPECT_FALSE(ran);
}

TEST(EventLoop, ACancelledTimerDoesNotRunEvenIfItIsDue) {
  EventLoop loop;
  bool ran = false;
  loop.run_and_wait([&] {
    const EventLoop::TimerId id = loop.post_after(milliseconds(0), [&] { ran = true; });
    loop.cancel(id);
  });
  drain(loop);
  drain(loop);
  EXPECT_FALSE(ran);
}

TEST(EventLoop, CancellingDestroysTheTaskAndKeepsTheOthers) {
  EventLoop loop;
  const auto token = std::make_shared<int>(1);
  const auto other = std::make_shared<int>(2);
  const EventLoop::TimerId id = loop.post_after(hours(1), [token] {});
  loop.post_after(hours(1), [other] {});
  EXPECT_EQ(token.use_count(), 2);
  loop.cancel(id);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(other.use_count(), 2);
}

TEST(EventLoop, UnknownTimersAreNoMistake) {
  EventLoop loop;
  const EventLoop::TimerId id = loop.post_after(hours(1), [] {});
  EXPECT_NE(id, 0U);
  loop.cancel(0);
  loop.cancel(id + 1);
  loop.cancel(id);
  loop.cancel(id);
}

TEST(EventLoop, TimersThatAreAlwaysDueDoNotStarveTasks) {
  EventLoop loop;
  std::atomic<bool> goes_on = true;
  std::function<void()> again = [&] {
    if (goes_on) loop.post_after(milliseconds(0), again);
  };
  loop.post(again);
  for (int i = 0; i < 10; ++i) drain(loop);
  goes_on = false;
  drain(loop);
}

TEST(EventLoop, TasksThatAlwaysFollowDoNotStarveTimers) {
  EventLoop loop;
  std::atomic<bool> goes_on = true;
  std::function<void()> again = [&] {
    if (goes_on) loop.post(again);
  };
  loop.post(again);
  std::promise<void> ran;
  loop.post_after(milliseconds(1), [&] { ran.set_value(); });
  ran.get_future().wait();
  goes_on = false;
  drain(loop);
}

TEST(EventLoop, RunAndWaitOnTheLoopRunsAtOnce) {
  EventLoop loop;
  std::vector<int> order;
  loop.run_and_wait([&] {
    loop.post([&] { order.push_back(2); });
    loop.run_and_wait([&] { order.push_back(1); });
  });
  drain(loop);
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EventLoop, RunAndWaitPassesOnWhatItsTaskThrows) {
  EventLoop loop;
  try {
    loop.run_and_wait([] { throw std::runtime_error("no"); });
    FAIL() << "it did not throw";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no");
  }
  drain(loop);
}

/// Keeps the lines of the log while it lives.
class LogLines {
 public:
  LogLines() {
    set_log_sink([this](LogLevel level, std::string_view line) {
      if (level == LogLevel::warning) lines_.emplace_back(line);
    });
  }
  ~LogLines() { set_log_sink({}); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

TEST(EventLoop, WhatATaskThrowsIsLoggedAndTheLoopGoesOn) {
  const LogLines log;
  EventLoop loop;
  std::promise<void> timer_done;
  loop.post([] { throw std::runtime_error("first"); });
  loop.post([] { throw 1; });
  loop.post_after(milliseconds(0), [&] {
    timer_done.set_value();
    throw std::runtime_error("timer");
  });
  timer_done.get_future().wait();
  drain(loop);
  const std::string failed = "a task of the event loop failed: ";
  std::vector<std::string> lines = log.lines();
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (std::vector<std::string>{failed + "first",
                                             failed + "something was thrown that is no exception",
                                             failed + "timer"}));
}

TEST(EventLoop, StopDropsWhatWaitsAndDestroysIt) {
  const auto token = std::make_shared<int>(1);
  EventLoop loop;
  bool ran = false;
  std::promise<void> go;
  std::promise<long> left;
  loop.post([&] {
    go.get_future().wait();
    loop.stop();
    left.set_value(token.use_count());
  });
  loop.post([&ran, token] { ran = true; });
  loop.post_after(hours(1), [&ran, token] { ran = true; });
  go.set_value();
  EXPECT_EQ(left.get_future().get(), 1);
  loop.stop();
  EXPECT_FALSE(ran);
}

TEST(EventLoop, AfterStopTasksAreDroppedAndRunAndWaitRunsOnTheCaller) {
  EventLoop loop;
  loop.stop();
  const auto token = std::make_shared<int>(1);
  loop.post([token] {});
  loop.post_after(milliseconds(0), [token] {});
  EXPECT_EQ(token.use_count(), 1);
  std::thread::id ran_on;
  loop.run_and_wait([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  loop.stop();
}

TEST(EventLoop, AfterStopOnTheLoopTheTaskThatCalledItGoesOn) {
  EventLoop loop;
  std::promise<std::thread::id> ran_on;
  loop.post([&] {
    loop.stop();
    loop.run_and_wait([&] { ran_on.set_value(std::this_thread::get_id()); });
  });
  EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
}

TEST(EventLoop, ACallerThatWaitsForItsTaskRunsItItselfWhenTheLoopStops) {
  // Often, so that stop comes both before and after the task has been queued.
  for (int i = 0; i < 50; ++i) {
    EventLoop loop;
    std::promise<void> go;
    std::atomic<bool> loop_task_ended = false;
    loop.post([&] {
      go.get_future().wait();
      loop.stop();
      loop_task_ended = true;
    });
    std::thread::id ran_on;
    bool overlapped = false;
    std::thread waiter([&] {
      loop.run_and_wait([&] {
        ran_on = std::this_thread::get_id();
        overlapped = !loop_task_ended;
      });
    });
    const std::thread::id waiter_id = waiter.get_id();
    go.set_value();
    waiter.join();
    EXPECT_EQ(ran_on, waiter_id);
    EXPECT_FALSE(overlapped);
  }
}

TEST(EventLoop, TheTaskThatRunsIsWaitedForByStop) {
  auto loop = std::make_unique<EventLoop>();
  std::promise<void> begun;
  std::atomic<bool> ended = false;
  std::promise<void> go;
  loop->post([&] {
    begun.set_value();
    go.get_future().wait();
    ended = true;
  });
  begun.get_future().wait();
  std::thread stopper([&] { loop->stop(); });
  std::thread second([&] { loop->stop(); });
  go.set_value();
  stopper.join();
  second.join();
  EXPECT_TRUE(ended);
  loop.reset();
}

}  // namespace
}  // namespace clipdex::dds
