#include "dds/fastdds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dds/graph.hpp"

namespace clipdex::dds {
namespace {

using ::testing::ElementsAre;

TEST(ToGuid, TurnsFastDdsIdentitiesIntoOursAndBack) {
  Guid guid;
  for (std::size_t i = 0; i < guid.bytes.size(); ++i) guid.bytes[i] = static_cast<std::uint8_t>(i);
  const rtps::GUID_t fast_guid = to_fast(guid);
  EXPECT_EQ(fast_guid.guidPrefix.value[11], 11);
  EXPECT_EQ(fast_guid.entityId.value[0], 12);
  EXPECT_EQ(to_guid(fast_guid), guid);
  EXPECT_EQ(to_guid(rtps::GUID_t::unknown()), Guid{});
}

TEST(PayloadType, CopiesBytesAsTheyAre) {
  PayloadType type("some_msgs::msg::dds_::Text_");
  Payload sent{std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}, std::byte{42}};
  EXPECT_EQ(type.getSerializedSizeProvider(&sent)(), 5U);
  rtps::SerializedPayload_t wire(8);
  ASSERT_TRUE(type.serialize(&sent, &wire));
  EXPECT_EQ(wire.length, 5U);
  auto* received = static_cast<Payload*>(type.createData());
  EXPECT_TRUE(type.deserialize(&wire, received));
  EXPECT_EQ(*received, sent);
  type.deleteData(received);
}

TEST(PayloadType, WhatDoesNotFitIsRefused) {
  PayloadType type("some_msgs::msg::dds_::Text_");
  Payload sent(16);
  rtps::SerializedPayload_t wire(8);
  EXPECT_FALSE(type.serialize(&sent, &wire));
}

TEST(PayloadType, HasNoKeyAndTellsNothingOfTheTypeButItsName) {
  const PayloadType type("some_msgs::msg::dds_::Text_");
  EXPECT_STREQ(type.getName(), "some_msgs::msg::dds_::Text_");
  EXPECT_FALSE(type.m_isGetKeyDefined);
  EXPECT_FALSE(type.auto_fill_type_object());
  EXPECT_FALSE(type.auto_fill_type_information());
}

TEST(Participant, ATopicIsSharedAndDeletedWithItsLastBorrower) {
  Participant participant(test::own_domain());
  fast::Topic& first = participant.borrow_topic("rt/topic", "a::msg::dds_::A_");
  fast::Topic& second = participant.borrow_topic("rt/topic", "a::msg::dds_::A_");
  EXPECT_EQ(&first, &second);
  participant.give_back(first);
  EXPECT_EQ(&participant.borrow_topic("rt/topic", "a::msg::dds_::A_"), &second);
  participant.give_back(second);
  participant.give_back(second);
  EXPECT_EQ(participant.borrow_topic("rt/topic", "b::msg::dds_::B_").get_type_name(),
            "b::msg::dds_::B_");
}

TEST(Participant, ItsIdentityEndsAsThatOfEveryParticipantDoes) {
  const Participant participant(test::own_domain());
  const auto& bytes = participant.guid().bytes;
  EXPECT_THAT(std::vector(bytes.begin() + 12, bytes.end()), ElementsAre(0, 0, 1, 0xc1));
}

}  // namespace
}  // namespace clipdex::dds
