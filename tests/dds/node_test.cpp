#include "dds/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"
#include "dds/side.hpp"

namespace clipdex::dds {
namespace {

using test::Side;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RosArguments arguments(std::vector<std::string> words) {
  words.insert(words.begin(), "--ros-args");
  return parse_ros_arguments(words).value_or_throw();
}

TEST(Node, HasItsDefaultNameInTheRootUnlessItIsRemapped) {
  const Side plain("camera");
  EXPECT_EQ(plain.node.name().full(), "/camera");
  const Side moved("camera", arguments({"-r", "__node:=eye", "-r", "__ns:=/robot/head"}));
  EXPECT_EQ(moved.node.name().full(), "/robot/head/eye");
}

TEST(Node, ANameThatCannotBeIsRefused) {
  Context context(test::own_domain());
  try {
    const Node node(context, "no name", {});
    FAIL() << "made a node";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("no name"));
  }
}

TEST(Node, ResolvesNamesInItsNamespaceAndByItsRules) {
  const Side side("camera", arguments({"-r", "__ns:=/robot", "-r", "image:=/raw"}));
  EXPECT_EQ(side.node.resolve("depth"), "/robot/depth");
  EXPECT_EQ(side.node.resolve("~/state"), "/robot/camera/state");
  EXPECT_EQ(side.node.resolve("/top"), "/top");
  EXPECT_EQ(side.node.resolve("image"), "/raw");
  EXPECT_THROW(side.node.resolve("no name"), Exception);
}

TEST(Node, ItsLoggerIsNamedAfterItWithDots) {
  Side side("camera", arguments({"-r", "__ns:=/robot/head"}));
  EXPECT_EQ(side.node.logger().name(), "robot.head.camera");
  side.node.logger().info("hello");
  ASSERT_THAT(side.log.all(), SizeIs(1));
  EXPECT_EQ(side.log.all()[0].logger, "robot.head.camera");
}

TEST(Node, ItsLogLevelIsInfoOrThatOfTheProcessOrItsOwn) {
  EXPECT_FALSE(Side("camera").node.logger().is_enabled(LogSeverity::debug));
  EXPECT_TRUE(Side("camera").node.logger().is_enabled(LogSeverity::info));
  const auto process = arguments({"--log-level", "debug"});
  EXPECT_TRUE(Side("camera", process).node.logger().is_enabled(LogSeverity::debug));
  const auto own = arguments({"--log-level", "debug", "--log-level", "camera:=error"});
  EXPECT_FALSE(Side("camera", own).node.logger().is_enabled(LogSeverity::warn));
  EXPECT_TRUE(Side("lidar", own).node.logger().is_enabled(LogSeverity::debug));
}

TEST(Node, ALogLevelHoldsForTheLoggersBelowToo) {
  const auto level = arguments({"-r", "__ns:=/robot", "--log-level", "robot:=error"});
  EXPECT_FALSE(Side("camera", level).node.logger().is_enabled(LogSeverity::warn));
}

TEST(Node, TakesTheParametersThatAreMeantForIt) {
  Side side("camera", arguments({"-p", "depth:=3", "-p", "lidar:depth:=9", "-p", "odd:=1"}));
  EXPECT_EQ(side.node.parameters().declare<std::int64_t>("depth", 1), 3);
  EXPECT_THAT(side.node.parameters().unused_overrides(), ::testing::ElementsAre("odd"));
}

TEST(Node, TwoNodesOfOneProcessLiveSideBySide) {
  Context context(test::own_domain());
  Node one(context, "one", {});
  auto other = std::make_unique<Node>(context, "other", RosArguments{});
  EXPECT_EQ(&one.loop(), &other->loop());
  other.reset();
  EXPECT_EQ(one.parameters().get<bool>("use_sim_time"), false);
}

}  // namespace
}  // namespace clipdex::dds
