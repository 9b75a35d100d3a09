#include "dds/rosout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dds/log_messages.hpp"
#include "dds/names.hpp"
#include "dds/side.hpp"

namespace clipdex::dds {
namespace {

using rcl_interfaces::Log;
using test::Collected;
using test::Side;
using ::testing::EndsWith;
using ::testing::SizeIs;

TEST(Rosout, ALineOfTheLogIsASampleThatAlsoLateReadersGet) {
  Side speaking("speaker", {});
  speaking.node.logger().warn("look out");
  Side listening("listener");
  Collected<Log> lines;
  const auto reader = listening.node.make_reader(
      topic_in_dds("/rosout"), Log::kTypeName, kRosoutQos, [&](Sample&& sample) {
        Log log = deserialize<Log>(sample.payload).value_or_throw();
        if (log.name == "speaker") lines.put(std::move(log));
      });
  ASSERT_THAT(lines.wait_for(1), SizeIs(1));
  const Log log = lines.all()[0];
  EXPECT_EQ(log.level, 30);
  EXPECT_EQ(log.msg, "look out");
  EXPECT_THAT(log.file, EndsWith("rosout_test.cpp"));
  EXPECT_EQ(log.function, "TestBody");
  EXPECT_GT(log.line, 0U);
  const auto records = speaking.log.all();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(log.stamp.nanoseconds(), records[0].time_ns);
}

TEST(Rosout, IsLeftOutByNodesThatAreToldSo) {
  const RosArguments off =
      parse_ros_arguments(std::vector<std::string>{"--ros-args", "--disable-rosout-logs"})
          .value_or_throw();
  Side speaking("quiet", off);
  Node loud(speaking.context, "loud", {}, {});  // Announced after what the other would have.
  loud.logger().info("hello");
  Side listening("listener", off);
  Collected<std::string> names;
  const auto reader = listening.node.make_reader(
      topic_in_dds("/rosout"), Log::kTypeName, kRosoutQos,
      [&](Sample&& sample) { names.put(deserialize<Log>(sample.payload).value_or_throw().name); });
  ASSERT_THAT(names.wait_for(1), SizeIs(1));
  EXPECT_EQ(names.all()[0], "loud");
  EXPECT_EQ(reader->matched_writers(), 1U);
}

}  // namespace
}  // namespace clipdex::dds
