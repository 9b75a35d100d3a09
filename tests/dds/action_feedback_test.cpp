#include "dds/action_feedback.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace clipdex::dds {
namespace {

/// A writer whose readers acknowledge when the test says so.
class FakeWriter : public RawWriter {
 public:
  struct State {
    int written = 0;
    int waits = 0;
    int unacknowledged = 0;
    int unacknowledged_max = 0;
    bool acknowledges = true;
    bool refuses = false;
  };
  explicit FakeWriter(State& state) : state_(state) {}

  const Guid& guid() const noexcept override { return guid_; }
  std::int64_t write(const Payload& /*payload*/, const SampleIdentity* /*related*/) override {
    if (state_.refuses) return 0;
    ++state_.unacknowledged;
    state_.unacknowledged_max = std::max(state_.unacknowledged_max, state_.unacknowledged);
    return ++state_.written;
  }
  std::set<Guid> matches() const override { return {}; }
  bool is_matched_with(const Guid& /*reader*/) const override { return true; }
  bool wait_for_acknowledgements(std::chrono::milliseconds wait_max) override {
    ++state_.waits;
    if (!state_.acknowledges) std::this_thread::sleep_for(wait_max);
    if (state_.acknowledges) state_.unacknowledged = 0;
    return state_.acknowledges;
  }

 private:
  State& state_;
  Guid guid_;
};

class FeedbackFlowTest : public ::testing::Test {
 protected:
  void write(int count) {
    for (int i = 0; i < count; ++i) flow_.write(Payload(4), [this] { return is_over_; });
  }

  FakeWriter::State state_;
  bool is_over_ = false;
  FeedbackFlow flow_{std::make_unique<FakeWriter>(state_)};
};

TEST_F(FeedbackFlowTest, NeverMoreThanEightSamplesAreOnTheirWay) {
  write(100);
  EXPECT_EQ(state_.written, 100);
  EXPECT_EQ(state_.unacknowledged_max, 8);
}

TEST_F(FeedbackFlowTest, DoesNotWaitForTheFirstEight) {
  write(8);
  EXPECT_EQ(state_.waits, 0);
}

TEST_F(FeedbackFlowTest, AReaderThatIsStuckStopsNobodyForEver) {
  state_.acknowledges = false;
  write(100);
  EXPECT_EQ(state_.written, 100);
}

TEST_F(FeedbackFlowTest, AReaderThatIsStuckCostsLittleAfterTheFirstWait) {
  state_.acknowledges = false;
  write(9);
  const int first_waits = state_.waits;
  write(8);
  EXPECT_LT(state_.waits - first_waits, first_waits / 2);
}

TEST_F(FeedbackFlowTest, WhenTheReaderComesBackItIsWaitedForAgain) {
  state_.acknowledges = false;
  write(20);
  state_.acknowledges = true;
  write(8);
  state_.unacknowledged_max = 0;
  write(100);
  EXPECT_LE(state_.unacknowledged_max, 8);
}

TEST_F(FeedbackFlowTest, WaitingEndsWhenItIsOver) {
  state_.acknowledges = false;
  is_over_ = true;
  write(9);
  EXPECT_EQ(state_.waits, 1);
}

TEST_F(FeedbackFlowTest, SettlingWaitsForWhatWasWrittenAndForNothingElse) {
  flow_.settle([] { return false; });
  EXPECT_EQ(state_.waits, 0);
  write(1);
  flow_.settle([] { return false; });
  EXPECT_EQ(state_.unacknowledged, 0);
  flow_.settle([] { return false; });
  EXPECT_EQ(state_.waits, 1);
}

TEST_F(FeedbackFlowTest, ASampleThatDdsRefusesIsSaidToBe) {
  state_.refuses = true;
  EXPECT_FALSE(flow_.write(Payload(4), [] { return false; }));
  state_.refuses = false;
  EXPECT_TRUE(flow_.write(Payload(4), [] { return false; }));
}

}  // namespace
}  // namespace clipdex::dds
