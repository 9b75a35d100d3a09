// The bytes between two of our processes, compared with what was captured from rclcpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dds/action_messages.hpp"
#include "dds/clip_messages.hpp"
#include "dds/observer.hpp"
#include "dds/peer.hpp"
#include "dds/wire_tap.hpp"

namespace clipdex::dds {
namespace {

using clip_msgs::GetFeatures;
using test::eventually;
using test::Observer;
using test::Peer;
using test::WireData;
using test::WireTap;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint8_t kWithInlineQos = 0x07;
constexpr std::uint8_t kWithoutInlineQos = 0x05;

class WireTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tap_) GTEST_SKIP() << "this process may not open raw sockets";
    // A goal that is rejected, one of one text that runs through, and one that is cancelled.
    ASSERT_EQ(server_.wait_for_line("ready"), "ready");
    ASSERT_EQ(client_.wait_for_line("ready"), "ready");
    // A server answers when it knows the client's readers; a status before that stays with it.
    client_.tell("goal reject");
    ASSERT_EQ(client_.wait_for_line("rejected"), "rejected");
    client_.tell("goal count 1");
    ASSERT_EQ(client_.wait_for_line("result 4"), "result 4 1");
    client_.tell("goal hold");
    client_.tell("cancel");
    ASSERT_EQ(client_.wait_for_line("result 5"), "result 5 -1");
    ASSERT_TRUE(eventually([&] { return of("rt", "status").size() == 5; }));
  }

  /// The samples of a part of the action, in order.
  std::vector<WireData> of(const std::string& prefix, const std::string& part) {
    const auto endpoints = observer_.endpoints();
    std::vector<WireData> found;
    for (const WireData& data : tap_->data()) {
      const auto writer = endpoints.find(data.writer);
      if (writer == endpoints.end()) continue;
      if (writer->second.topic == prefix + "/clip_text_action/_action/" + part) {
        found.push_back(data);
      }
    }
    return found;
  }

  /// The identity of the client's reader of the replies of a service.
  Guid reply_reader(const std::string& service) {
    for (const auto& [guid, endpoint] : observer_.endpoints()) {
      const bool is_it = !endpoint.is_writer &&
                         endpoint.topic == "rr/clip_text_action/_action/" + service + "Reply";
      if (is_it) return guid;
    }
    return {};
  }

  void expect_correlation(const std::string& service, std::size_t calls) {
    // What was sent is told by its writer, of which the observer may learn after it has sent.
    eventually([&] {
      return of("rq", service + "Request").size() == calls && reply_reader(service).is_reader();
    });
    const auto requests = of("rq", service + "Request");
    const auto replies = of("rr", service + "Reply");
    ASSERT_THAT(requests, SizeIs(calls)) << service;
    ASSERT_THAT(replies, SizeIs(calls)) << service;
    const Guid reader = reply_reader(service);
    ASSERT_TRUE(reader.is_reader());
    for (std::size_t i = 0; i < calls; ++i) {
      EXPECT_EQ(requests[i].flags, kWithInlineQos);
      EXPECT_THAT(requests[i].inline_parameters, ElementsAre(0x800f));
      EXPECT_EQ(requests[i].related, (SampleIdentity{reader, SampleIdentity::kUnknownNumber}));
      EXPECT_EQ(replies[i].flags, kWithInlineQos);
      EXPECT_THAT(replies[i].inline_parameters, ElementsAre(0x800f));
      EXPECT_EQ(replies[i].related, (SampleIdentity{reader, requests[i].sequence_number}));
    }
  }

  std::unique_ptr<WireTap> tap_ = WireTap::open();
  Observer observer_;
  Peer server_{{"server", std::to_string(test::own_domain().domain_id)}};
  Peer client_{{"client", std::to_string(test::own_domain().domain_id)}};
};

TEST_F(WireTest, RequestsAndRepliesArePairedByTheInlineParameter) {
  expect_correlation("send_goal", 3);
  expect_correlation("get_result", 2);
  expect_correlation("cancel_goal", 1);
}

TEST_F(WireTest, FeedbackStatusAndDiscoveryHaveNoInlineQos) {
  auto samples = of("rt", "feedback");
  ASSERT_THAT(samples, SizeIs(1));
  for (const WireData& status : of("rt", "status")) samples.push_back(status);
  const auto endpoints = observer_.endpoints();
  bool has_discovery = false;
  for (const WireData& data : tap_->data()) {
    const auto writer = endpoints.find(data.writer);
    if (writer == endpoints.end() || writer->second.topic != "ros_discovery_info") continue;
    has_discovery = true;
    samples.push_back(data);
  }
  EXPECT_TRUE(has_discovery);
  for (const WireData& sample : samples) {
    EXPECT_EQ(sample.flags, kWithoutInlineQos);
    EXPECT_THAT(sample.inline_parameters, IsEmpty());
  }
}

TEST_F(WireTest, EverySampleIsLittleEndianPlainCdr) {
  for (const WireData& data : of("rt", "status")) {
    ASSERT_GE(data.payload.size(), 4U);
    EXPECT_EQ(data.payload[0], std::byte{0});
    EXPECT_EQ(data.payload[1], std::byte{1});
  }
}

TEST_F(WireTest, TheServerSendsInTheOrderOfRclcpp) {
  std::vector<std::string> order;
  const auto endpoints = observer_.endpoints();
  for (const WireData& data : tap_->data()) {
    const auto writer = endpoints.find(data.writer);
    if (writer == endpoints.end()) continue;
    const std::string& topic = writer->second.topic;
    if (topic.find("/_action/") == std::string::npos || topic.starts_with("rq")) continue;
    order.push_back(topic.substr(topic.rfind('/') + 1));
    if (order.back() != "status") continue;
    const auto array = deserialize<GoalStatusArray>(data.payload).value_or_throw();
    order.back() += " " + std::to_string(array.status_list.back().status);
  }
  EXPECT_THAT(order, ElementsAre("send_goalReply", "send_goalReply", "status 2", "feedback",
                                 "get_resultReply", "status 4", "send_goalReply", "status 2",
                                 "status 3", "cancel_goalReply", "get_resultReply", "status 5"));
}

}  // namespace
}  // namespace clipdex::dds
