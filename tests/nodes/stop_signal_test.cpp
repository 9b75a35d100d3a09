#include "nodes/stop_signal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <future>

namespace clipdex::nodes {
namespace {

TEST(StopSignal, NothingIsRequestedAtFirst) {
  const StopSignal stop;
  EXPECT_FALSE(stop.is_requested());
  EXPECT_FALSE(stop.wait_for(std::chrono::milliseconds(0)));
}

class StopSignalKinds : public testing::TestWithParam<int> {};

TEST_P(StopSignalKinds, ASignalRequestsTheStop) {
  const StopSignal stop;
  ::kill(::getpid(), GetParam());
  stop.wait();
  EXPECT_TRUE(stop.is_requested());
}

INSTANTIATE_TEST_SUITE_P(Signals, StopSignalKinds, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(StopSignal, TheCallIsMadeOnce) {
  StopSignal stop;
  int count = 0;
  std::promise<void> called;
  stop.on_stop([&] {
    ++count;
    called.set_value();
  });
  ::kill(::getpid(), SIGINT);
  called.get_future().wait();
  stop.request();
  EXPECT_EQ(count, 1);
}

TEST(StopSignal, ACallThatComesLateIsMadeAtOnce) {
  StopSignal stop;
  stop.request();
  bool was_called = false;
  stop.on_stop([&] { was_called = true; });
  EXPECT_TRUE(was_called);
}

TEST(StopSignal, ACallThatWasTakenAwayIsNotMade) {
  StopSignal stop;
  bool was_called = false;
  stop.on_stop([&] { was_called = true; });
  stop.on_stop({});
  stop.request();
  EXPECT_FALSE(was_called);
}

TEST(StopSignal, TheSecondSignalDoesNothingMoreAndTheThirdEndsTheProcess) {
  // In a process of its own: the test program must live on.
  EXPECT_EXIT(
      {
        const StopSignal stop;
        ::kill(::getpid(), SIGINT);
        stop.wait();
        ::kill(::getpid(), SIGINT);
        // Signals of one kind that wait are one, so the third is another.
        ::kill(::getpid(), SIGTERM);
        while (true) ::pause();
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
}

}  // namespace
}  // namespace clipdex::nodes
