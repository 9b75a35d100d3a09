#include "dds/topic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"
#include "dds/clip_messages.hpp"
#include "dds/side.hpp"

namespace clipdex::dds {
namespace {

using clip_msgs::ClipItem;
using test::Collected;
using test::eventually;
using test::Side;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TopicTest : public ::testing::Test {
 protected:
  std::function<void(ClipItem&&)> collect() {
    return [this](ClipItem&& item) { urls_.put(item.url); };
  }
  static ClipItem item(const std::string& url) {
    ClipItem made;
    made.url = url;
    return made;
  }

  Collected<std::string> urls_;
  Side sending_{"sending"};
  Side receiving_{"receiving"};
};

TEST_F(TopicTest, AMessageReachesTheSubscriptionsOfItsTopic) {
  Publisher<ClipItem> publisher(sending_.node, "items");
  const Subscription<ClipItem> subscription(receiving_.node, "items", collect());
  ASSERT_TRUE(eventually([&] {
    return publisher.writer().matched_readers() == 1 && subscription.matched_writers() == 1;
  }));
  EXPECT_TRUE(publisher.publish(item("/a.jpg")));
  EXPECT_TRUE(publisher.publish(item("/b.jpg")));
  EXPECT_THAT(urls_.wait_for(2), ElementsAre("/a.jpg", "/b.jpg"));
}

TEST_F(TopicTest, ASampleThatCannotBeReadIsDroppedWithOneWarning) {
  Publisher<ClipItem> publisher(sending_.node, "items");
  const Subscription<ClipItem> subscription(receiving_.node, "items", collect());
  ASSERT_TRUE(eventually([&] { return publisher.writer().matched_readers() == 1; }));
  Payload cut = serialize(item("/a.jpg"));
  cut.resize(cut.size() / 2);
  publisher.writer().write(cut);
  publisher.publish(item("/b.jpg"));
  EXPECT_THAT(urls_.wait_for(1), ElementsAre("/b.jpg"));
  EXPECT_THAT(receiving_.log_with("dropped a sample of /items: "), SizeIs(1));
}

TEST_F(TopicTest, ASubscriptionThatIsDestroyedGetsNothingAnyMore) {
  Publisher<ClipItem> publisher(sending_.node, "items");
  auto subscription = std::make_unique<Subscription<ClipItem>>(receiving_.node, "items", collect());
  ASSERT_TRUE(eventually([&] { return publisher.writer().matched_readers() == 1; }));
  receiving_.context.loop().run_and_wait([&] {
    publisher.publish(item("/a.jpg"));
    subscription.reset();  // On the loop, where the sample waits behind us.
  });
  receiving_.context.loop().run_and_wait([] {});
  EXPECT_THAT(urls_.all(), IsEmpty());
}

TEST_F(TopicTest, ANameThatCannotBeIsRefused) {
  try {
    const Publisher<ClipItem> publisher(sending_.node, "no name");
    FAIL() << "made a publisher";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("no name"));
  }
}

}  // namespace
}  // namespace clipdex::dds
