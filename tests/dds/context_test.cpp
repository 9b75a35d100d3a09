#include "dds/context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

#include "clipdex/error.hpp"
#include "dds/graph.hpp"
#include "dds/qos.hpp"

namespace clipdex::dds {
namespace {

using test::eventually;
using test::kPatience;
using ::testing::IsEmpty;

/// Sets the variables that choose where a process takes part, and restores them.
class EnvironmentTest : public ::testing::Test {
 protected:
  void TearDown() override {
    ::unsetenv("ROS_DOMAIN_ID");
    ::unsetenv("ROS_LOCALHOST_ONLY");
  }
  static std::uint32_t domain(const char* value) {
    ::setenv("ROS_DOMAIN_ID", value, 1);
    return options_from_environment().domain_id;
  }
  static bool localhost_only(const char* value) {
    ::setenv("ROS_LOCALHOST_ONLY", value, 1);
    return options_from_environment().localhost_only;
  }
};

TEST_F(EnvironmentTest, WithoutVariablesTheDomainIsZeroOnAllInterfaces) {
  TearDown();
  EXPECT_EQ(options_from_environment().domain_id, 0U);
  EXPECT_FALSE(options_from_environment().localhost_only);
}

TEST_F(EnvironmentTest, TheDomainIsReadFromItsVariable) {
  EXPECT_EQ(domain("42"), 42U);
  EXPECT_EQ(domain("232"), 232U);
  EXPECT_EQ(domain(""), 0U) << "as rcl takes an empty variable";
}

TEST_F(EnvironmentTest, ADomainThatIsNoneIsRefusedWithItsValue) {
  for (const char* value : {"233", "-1", "one", "7 ", "99999999999"}) {
    try {
      domain(value);
      ADD_FAILURE() << "took " << value;
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_EQ(error.what(),
                "ROS_DOMAIN_ID is '" + std::string(value) + "'; it must be a number from 0 to 232");
    }
  }
}

TEST_F(EnvironmentTest, OnlyOneMeansTheLoopbackInterfaceAlone) {
  EXPECT_TRUE(localhost_only("1"));
  EXPECT_FALSE(localhost_only("0"));
  EXPECT_FALSE(localhost_only(""));
  EXPECT_FALSE(localhost_only("true")) << "rcl knows 1 alone";
}

constexpr const char* kType = "some_msgs::msg::dds_::Text_";

TEST(Context, TwoOfOneDomainFindEachOtherAndTwoOfDifferentDomainsDoNot) {
  ContextOptions elsewhere = test::own_domain();
  elsewhere.domain_id += 100;  // Beyond those that tests reserve.
  Context here(test::own_domain());
  Context near(test::own_domain());
  Context far(elsewhere);
  const auto writer = here.make_writer(0, "rt/topic", kType, {});
  const auto far_reader = far.make_reader(0, "rt/topic", kType, {}, [](Sample&&) {});
  const auto near_reader = near.make_reader(0, "rt/topic", kType, {}, [](Sample&&) {});
  EXPECT_TRUE(here.wait_until([&] { return writer->matched_readers() == 1; }, kPatience));
  EXPECT_TRUE(writer->is_matched_with(near_reader->guid()));
  EXPECT_EQ(far_reader->matched_writers(), 0U);
  EXPECT_NE(here.guid().prefix(), near.guid().prefix());
}

TEST(Context, WaitingEndsAtItsTimeOrAsSoonAsTheConditionHolds) {
  const Context context(test::own_domain());
  int looks = 0;
  EXPECT_FALSE(context.wait_until([&] { return ++looks < 0; }, std::chrono::milliseconds(1)));
  EXPECT_GE(looks, 1);
  EXPECT_TRUE(context.wait_until([] { return true; }, std::chrono::milliseconds(0)));
}

TEST(Context, WorksWhileAnotherContextOfTheProcessComesAndGoes) {
  Context lasting(test::own_domain());
  const auto writer = lasting.make_writer(0, "rt/topic", kType, {});
  for (int i = 0; i < 3; ++i) {
    Context passing(test::own_domain());
    const auto reader = passing.make_reader(0, "rt/topic", kType, {}, [](Sample&&) {});
    ASSERT_TRUE(lasting.wait_until([&] { return writer->matched_readers() == 1; }, kPatience));
  }
  EXPECT_TRUE(lasting.wait_until([&] { return writer->matched_readers() == 0; }, kPatience));
}

/// How many segments of Fast DDS's shared memory this process has open.
int shared_segments() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("/fastrtps_") != std::string::npos ? 1 : 0;
  }
  return count;
}

TEST(Context, OpensNoSharedMemoryThatAnotherProcessCouldLeaveLocked) {
  const int before = shared_segments();
  const Context context(test::own_domain());
  EXPECT_EQ(shared_segments(), before);
}

}  // namespace
}  // namespace clipdex::dds
