#include "dds/announcement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace clipdex::dds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Guid guid(std::uint8_t number) {
  Guid id;
  id.bytes[15] = number;
  return id;
}

class AnnouncementTest : public ::testing::Test {
 protected:
  const ParticipantEntitiesInfo& last() const { return sent_.back(); }
  const NodeEntitiesInfo& last_node() const { return last().node_entities_info_seq.front(); }

  std::vector<ParticipantEntitiesInfo> sent_;
  Announcement announcement_{
      guid(0xc1), [this](const Payload& payload) {
        sent_.push_back(deserialize<ParticipantEntitiesInfo>(payload).value_or_throw());
      }};
};

TEST_F(AnnouncementTest, SaysNothingBeforeTheFirstNode) { EXPECT_THAT(sent_, IsEmpty()); }

TEST_F(AnnouncementTest, TheWholeListIsSentAfterEachChange) {
  const int node = announcement_.add_node("/robot", "camera");
  announcement_.add_writer(node, guid(3));
  announcement_.add_reader(node, guid(4));
  ASSERT_THAT(sent_, SizeIs(3));
  EXPECT_EQ(last().gid, to_gid(guid(0xc1)));
  EXPECT_EQ(last_node().node_namespace, "/robot");
  EXPECT_EQ(last_node().node_name, "camera");
  EXPECT_THAT(last_node().writer_gid_seq, ElementsAre(to_gid(guid(3))));
  EXPECT_THAT(last_node().reader_gid_seq, ElementsAre(to_gid(guid(4))));
}

TEST_F(AnnouncementTest, AnEndpointThatLeavesIsTakenOut) {
  const int node = announcement_.add_node("/", "camera");
  announcement_.add_writer(node, guid(3));
  announcement_.add_writer(node, guid(13));
  announcement_.remove_endpoint(node, guid(3));
  EXPECT_THAT(last_node().writer_gid_seq, ElementsAre(to_gid(guid(13))));
}

TEST_F(AnnouncementTest, ANodeThatLeavesTakesItsEndpointsAlongAndTheyAreNotToldAgain) {
  const int first = announcement_.add_node("/", "first");
  announcement_.add_writer(first, guid(3));
  announcement_.add_node("/", "second");
  announcement_.remove_node(first);
  ASSERT_THAT(last().node_entities_info_seq, SizeIs(1));
  EXPECT_EQ(last_node().node_name, "second");
  const std::size_t count = sent_.size();
  announcement_.remove_endpoint(first, guid(3));
  announcement_.remove_node(first);
  EXPECT_THAT(sent_, SizeIs(count));
}

TEST_F(AnnouncementTest, OnceClearedItStaysEmpty) {
  const int node = announcement_.add_node("/", "camera");
  announcement_.clear();
  EXPECT_THAT(last().node_entities_info_seq, IsEmpty());
  const std::size_t count = sent_.size();
  announcement_.add_writer(node, guid(3));
  announcement_.add_node("/", "late");
  EXPECT_THAT(sent_, SizeIs(count));
}

TEST(ToGid, IsFollowedByEightZeroBytes) {
  Guid id;
  id.bytes.fill(0xff);
  const Gid gid = to_gid(id);
  EXPECT_EQ(gid.data[15], 0xff);
  EXPECT_EQ(gid.data[16], 0);
  EXPECT_EQ(gid.data[23], 0);
}

}  // namespace
}  // namespace clipdex::dds
