#include "dds/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "dds/parameter_messages.hpp"
#include "dds/service.hpp"
#include "dds/side.hpp"
#include "dds/topic.hpp"

namespace clipdex::dds {
namespace {

using rcl_interfaces::ParameterEvent;
using rcl_interfaces::to_message;
using test::Collected;
using test::eventually;
using test::kPatience;
using test::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A node with parameters, and somebody who asks it through its services as `ros2 param` does.
class ParametersTest : public ::testing::Test {
 protected:
  ParametersTest() {
    node_.node.parameters().declare<std::int64_t>("topk", 10, {"how many", false, {}});
    node_.node.parameters().declare<std::string>("db_file", "clip.db", {"", true, {}});
  }

  template <class Service>
  typename Service::Response call(const std::string& name,
                                  const typename Service::Request& request) {
    ServiceClient<Service> client(asking_.node, "/some_node/" + name, kParameterQos);
    EXPECT_TRUE(client.wait_until_ready(kPatience)) << name;
    Collected<typename Service::Response> answers;
    client.call(request, [&](typename Service::Response&& one) { answers.put(std::move(one)); });
    const auto all = answers.wait_for(1);
    EXPECT_THAT(all, SizeIs(1)) << name;
    return all.empty() ? typename Service::Response() : all[0];
  }

  Side node_{"some_node"};
  Side asking_{"asking"};
};

TEST_F(ParametersTest, TheListHoldsWhatEveryNodeOfRclcppHas) {
  const auto list = call<rcl_interfaces::ListParameters>("list_parameters", {}).result;
  EXPECT_THAT(list.names, ElementsAre("db_file", "qos_overrides./parameter_events.publisher.depth",
                                      "qos_overrides./parameter_events.publisher.durability",
                                      "qos_overrides./parameter_events.publisher.history",
                                      "qos_overrides./parameter_events.publisher.reliability",
                                      "topk", "use_sim_time"));
  EXPECT_THAT(list.prefixes, ElementsAre("qos_overrides./parameter_events.publisher"));
}

TEST_F(ParametersTest, ValuesAndTypesCanBeAskedFor) {
  const auto values =
      call<rcl_interfaces::GetParameters>("get_parameters", {{"topk", "use_sim_time"}}).values;
  ASSERT_THAT(values, SizeIs(2));
  EXPECT_EQ(values[0].integer_value, 10);
  EXPECT_EQ(values[1].type, 1);
  EXPECT_FALSE(values[1].bool_value);
  EXPECT_THAT(
      call<rcl_interfaces::GetParameterTypes>("get_parameter_types", {{"topk", "db_file"}}).types,
      ElementsAre(2, 4));
}

TEST_F(ParametersTest, TheQosOfTheEventsIsReadOnlyAndTrue) {
  const std::string prefix = "qos_overrides./parameter_events.publisher.";
  const std::vector<std::string> names{prefix + "depth", prefix + "durability", prefix + "history",
                                       prefix + "reliability"};
  const auto values = call<rcl_interfaces::GetParameters>("get_parameters", {names}).values;
  ASSERT_THAT(values, SizeIs(4));
  EXPECT_EQ(values[0].integer_value, 1000);
  EXPECT_EQ(values[1].string_value, "volatile");
  EXPECT_EQ(values[2].string_value, "keep_last");
  EXPECT_EQ(values[3].string_value, "reliable");
  const auto descriptors =
      call<rcl_interfaces::DescribeParameters>("describe_parameters", {names}).descriptors;
  ASSERT_THAT(descriptors, SizeIs(4));
  EXPECT_TRUE(descriptors[0].read_only);
  EXPECT_EQ(descriptors[0].description, "qos policy {depth} for publisher {/parameter_events}");
}

TEST_F(ParametersTest, EachOfSeveralIsSetOrRefusedOnItsOwn) {
  const auto results = call<rcl_interfaces::SetParameters>(
                           "set_parameters", {{{"topk", to_message(std::int64_t{3})},
                                               {"db_file", to_message(std::string("other.db"))},
                                               {"absent", to_message(true)}}})
                           .results;
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_TRUE(results[0].successful);
  EXPECT_EQ(results[1].reason, "parameter 'db_file' cannot be set because it is read-only");
  EXPECT_EQ(results[2].reason, "parameter 'absent' cannot be set because it was not declared");
  EXPECT_EQ(node_.node.parameters().get<std::int64_t>("topk"), 3);
}

TEST_F(ParametersTest, SettingAtomicallySetsNoneIfOneIsRefused) {
  const auto result = call<rcl_interfaces::SetParametersAtomically>(
                          "set_parameters_atomically",
                          {{{"topk", to_message(std::int64_t{3})}, {"absent", to_message(true)}}})
                          .result;
  EXPECT_FALSE(result.successful);
  EXPECT_EQ(result.reason, "parameter 'absent' cannot be set because it was not declared");
  EXPECT_EQ(node_.node.parameters().get<std::int64_t>("topk"), 10);
}

TEST_F(ParametersTest, ChangesAreEventsWithTheNameOfTheNode) {
  Collected<ParameterEvent> events;
  const Subscription<ParameterEvent> subscription(
      asking_.node, "/parameter_events",
      [&](ParameterEvent&& event) {
        if (event.node == "/some_node") events.put(std::move(event));
      },
      kParameterQos);
  // Its own node's writer, and that of the other.
  ASSERT_TRUE(eventually([&] { return subscription.matched_writers() == 2; }));
  // A node answers readers that it knows, and it learns of ours in the order of their making.
  call<rcl_interfaces::ListParameters>("list_parameters", {});
  call<rcl_interfaces::SetParameters>("set_parameters", {{{"use_sim_time", to_message(true)}}});
  ASSERT_THAT(events.wait_for(1), SizeIs(1));
  const ParameterEvent event = events.all()[0];
  ASSERT_THAT(event.changed_parameters, SizeIs(1));
  EXPECT_EQ(event.changed_parameters[0].name, "use_sim_time");
  EXPECT_TRUE(event.changed_parameters[0].value.bool_value);
  EXPECT_GT(event.stamp.sec, 1'600'000'000);
}

TEST_F(ParametersTest, ANodeInANamespaceHasItsServicesBelowItsFullName) {
  const std::vector<std::string> words{"--ros-args", "-r", "__ns:=/robot"};
  const Side moved("camera", parse_ros_arguments(words).value_or_throw());
  ServiceClient<rcl_interfaces::ListParameters> client(
      asking_.node, "/robot/camera/list_parameters", kParameterQos);
  EXPECT_TRUE(client.wait_until_ready(kPatience));
}

}  // namespace
}  // namespace clipdex::dds
