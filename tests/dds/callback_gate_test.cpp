#include "dds/callback_gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace clipdex::dds {
namespace {

TEST(CallbackGate, LetsThroughUntilItIsClosed) {
  CallbackGate gate;
  int calls = 0;
  EXPECT_TRUE(gate.pass([&] { ++calls; }));
  gate.close();
  EXPECT_FALSE(gate.pass([&] { ++calls; }));
  EXPECT_EQ(calls, 1);
}

TEST(CallbackGate, ACallbackMayCloseItsOwnGate) {
  CallbackGate gate;
  EXPECT_FALSE(gate.pass([&] { gate.close(); })) << "says that it is closed now";
  EXPECT_FALSE(gate.pass([] { FAIL() << "ran after it was closed"; }));
}

TEST(CallbackGate, ClosingWaitsForTheCallbackThatRuns) {
  CallbackGate gate;
  std::promise<void> begun;
  std::promise<void> may_end;
  std::atomic<bool> ended = false;
  std::thread runner([&] {
    gate.pass([&] {
      begun.set_value();
      may_end.get_future().wait();
      ended = true;
    });
  });
  begun.get_future().wait();
  std::atomic<bool> ended_before_close_returned = false;
  std::thread closer([&] {
    gate.close();
    ended_before_close_returned = ended.load();
  });
  may_end.set_value();
  closer.join();
  runner.join();
  EXPECT_TRUE(ended_before_close_returned);
}

}  // namespace
}  // namespace clipdex::dds
