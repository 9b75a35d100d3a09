// What a stranger sees of our nodes, compared with what was captured from real rclcpp processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "dds/action_client.hpp"
#include "dds/announcement.hpp"
#include "dds/observer.hpp"
#include "dds/scripted_server.hpp"
#include "dds/side.hpp"
#include "support/places.hpp"

namespace clipdex::dds {
namespace {

using test::eventually;
using test::GetFeatures;
using test::Observer;
using test::SeenEndpoint;
using test::Side;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// An endpoint as one line, in the words of the captured dump.
std::string line_of(const SeenEndpoint& endpoint) {
  return std::string(endpoint.is_writer ? "W" : "R") + " " + endpoint.topic + " " + endpoint.type +
         (endpoint.is_reliable ? " RELIABLE" : " BEST_EFFORT") +
         (endpoint.is_transient_local ? " TRANSIENT_LOCAL" : " VOLATILE");
}

std::set<std::string> lines_of(const Observer& observer) {
  std::set<std::string> lines;
  for (const auto& [guid, endpoint] : observer.endpoints()) lines.insert(line_of(endpoint));
  return lines;
}

/// The lines of the sections of the dump whose headings hold one of the texts.
std::set<std::string> captured(const std::set<std::string>& headings) {
  std::ifstream file(test::shared_directory() / "ros2" / "endpoints_dump.tsv");
  std::set<std::string> lines;
  bool is_wanted = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("##")) {
      is_wanted = false;
      for (const std::string& heading : headings) {
        is_wanted = is_wanted || line.find(heading) != std::string::npos;
      }
    }
    if (!is_wanted || line.starts_with("#")) continue;
    std::istringstream fields(line);
    std::string kind, topic, type, reliability, durability;
    fields >> kind >> topic >> type >> reliability >> durability;
    const auto value = [](const std::string& field) { return field.substr(field.find('=') + 1); };
    lines.insert(kind + " " + topic + " " + type + " " + value(reliability) + " " +
                 value(durability));
  }
  return lines;
}

class GraphFactsTest : public ::testing::Test {
 protected:
  void expect_endpoints(const std::set<std::string>& expected) {
    EXPECT_TRUE(eventually([&] { return lines_of(observer_) == expected; }));
    EXPECT_THAT(lines_of(observer_), ElementsAreArray(expected));
  }

  Observer observer_;
};

TEST_F(GraphFactsTest, ANodeOffersWhatANodeOfRclcppOffers) {
  if (test::shared_directory().empty()) GTEST_SKIP() << "the captured facts are not here";
  const Side side("clip_encode_image_node");
  expect_endpoints(captured({"plain rclcpp node"}));
}

TEST_F(GraphFactsTest, AnActionServerOffersWhatOneOfRclcppOffers) {
  if (test::shared_directory().empty()) GTEST_SKIP() << "the captured facts are not here";
  Side side("clip_encode_image_node");
  const test::ScriptedServer server(side.node, "clip_image_action");
  expect_endpoints(captured({"plain rclcpp node", "rclcpp_action server"}));
}

TEST_F(GraphFactsTest, AnActionClientOffersWhatOneOfRclcppOffers) {
  if (test::shared_directory().empty()) GTEST_SKIP() << "the captured facts are not here";
  Side side("clip_encode_image_node");
  const ActionClient<GetFeatures> client(side.node, "clip_image_action");
  expect_endpoints(captured({"plain rclcpp node", "rclcpp_action client"}));
}

TEST_F(GraphFactsTest, EndpointsAnnounceNothingThatRosDoesNot) {
  Side side("some_node");
  const test::ScriptedServer server(side.node);
  const ActionClient<GetFeatures> client(side.node, "other_action");
  // 18 of a node and the participant, 8 of each side of an action.
  ASSERT_TRUE(eventually([&] { return observer_.endpoints().size() == 34; }));
  for (const auto& [guid, endpoint] : observer_.endpoints()) {
    EXPECT_TRUE(endpoint.has_defaults) << endpoint.topic;
    EXPECT_FALSE(endpoint.announces_a_type) << endpoint.topic;
    EXPECT_FALSE(endpoint.shares_data) << endpoint.topic;
    EXPECT_EQ(endpoint.lifespan_s, endpoint.topic == "rt/rosout" ? 10 : 0) << endpoint.topic;
  }
}

TEST_F(GraphFactsTest, TheParticipantIsNamedAfterTheEnclaveAndSaysSoWithANul) {
  const Context context(test::own_domain());
  ASSERT_TRUE(eventually([&] { return !observer_.participants().empty(); }));
  const auto seen = observer_.participants().begin()->second;
  EXPECT_EQ(seen.name, "/");
  const std::string expected("enclave=/;\0", 11);
  EXPECT_EQ(std::string(seen.user_data.begin(), seen.user_data.end()), expected);
}

TEST_F(GraphFactsTest, TheAnnouncementNamesEveryEndpointOfTheNodeAndNoOther) {
  Side side("some_node");
  const test::ScriptedServer server(side.node);
  ASSERT_TRUE(eventually([&] {
    return observer_.endpoints().size() == 26 && !observer_.announcements().empty() &&
           observer_.announcements().back().node_entities_info_seq.size() == 1 &&
           observer_.announcements().back().node_entities_info_seq[0].writer_gid_seq.size() == 13;
  }));
  const ParticipantEntitiesInfo last = observer_.announcements().back();
  EXPECT_EQ(last.gid, to_gid(side.context.guid()));
  const NodeEntitiesInfo& node = last.node_entities_info_seq[0];
  EXPECT_EQ(node.node_namespace, "/");
  EXPECT_EQ(node.node_name, "some_node");
  std::set<Gid> readers;
  std::set<Gid> writers;
  for (const auto& [guid, endpoint] : observer_.endpoints()) {
    if (endpoint.topic == "ros_discovery_info") continue;
    (endpoint.is_writer ? writers : readers).insert(to_gid(guid));
  }
  EXPECT_THAT(std::set<Gid>(node.reader_gid_seq.begin(), node.reader_gid_seq.end()),
              ElementsAreArray(readers));
  EXPECT_THAT(std::set<Gid>(node.writer_gid_seq.begin(), node.writer_gid_seq.end()),
              ElementsAreArray(writers));
}

TEST_F(GraphFactsTest, AtItsEndAContextAnnouncesThatItHasNoNodeBeforeItLeaves) {
  Gid gid;
  {
    const Side side("some_node");
    gid = to_gid(side.context.guid());
    ASSERT_TRUE(eventually([&] { return !observer_.announcements().empty(); }));
  }
  // The end waits for the acknowledgement, so nothing has to be waited for here.
  ASSERT_FALSE(observer_.announcements().empty());
  const ParticipantEntitiesInfo last = observer_.announcements().back();
  EXPECT_EQ(last.gid, gid);
  EXPECT_THAT(last.node_entities_info_seq, IsEmpty());
  EXPECT_TRUE(eventually([&] { return observer_.participants().empty(); }));
}

}  // namespace
}  // namespace clipdex::dds
