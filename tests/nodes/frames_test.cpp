#include "nodes/frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "dds/clip_messages.hpp"
#include "dds/graph.hpp"
#include "dds/logger.hpp"
#include "dds/sensor_messages.hpp"
#include "dds/topic.hpp"
#include "nodes/fake_encoder.hpp"

namespace clipdex::nodes {
namespace {

using dds::clip_msgs::ClipItem;
using dds::sensor_msgs::CompressedImage;
using dds::sensor_msgs::Image;
using test::Collected;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kAsFastAsItCan = 1000;

/// The vector of a frame is its first value; it can be held, and it counts.
class FakeFrameEncoder final : public FrameEncoder {
 public:
  const ModelIdentity& identity() const override { return identity_; }

  Result<Embedding> encode(const Frame& frame) override {
    const auto* pixels = std::get_if<FramePixels>(&frame);
    const float value = pixels != nullptr ? static_cast<float>(pixels->rgb.front()) : -1;
    began.put(value);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
    return Embedding{value};
  }

  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  Collected<float> began;

 private:
  const ModelIdentity identity_{std::string(64, 'f'), 1};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

/// A camera and a listener in one node, the service in another.
class FrameServiceTest : public testing::Test {
 protected:
  void serve(double rate_max) {
    service_.emplace(server_, encoder_, rate_max);
    ASSERT_TRUE(test::eventually([this] {
      return camera_.writer().matched_readers() == 1 && photos_.writer().matched_readers() == 1;
    }));
  }

  void listen() {
    listener_.emplace(ours_.node, "/clip_image_features",
                      [this](ClipItem&& item) { items_.put(std::move(item)); });
    ASSERT_TRUE(test::eventually([this] { return listener_->matched_writers() == 1; }));
    // The service must see the listener, too; the first frame that it encodes shows that.
    ASSERT_TRUE(test::eventually([this] {
      send(0);
      return items_.size() > 0;
    }));
  }

  void send(std::uint8_t value, std::size_t bytes = 3) {
    Image image;
    image.header = {{12, 34}, "front"};
    image.width = image.height = 1;
    image.encoding = "rgb8";
    image.data.assign(bytes, value);
    camera_.publish(image);
  }

  /// Everything that was sent before has been looked at.
  void wait_for(std::uint8_t value) {
    ASSERT_TRUE(test::eventually([&] {
      send(value);
      const auto began = encoder_.began.all();
      return !began.empty() && began.back() == value;
    }));
  }

  dds::Context context_{test::own_domain()};
  Collected<std::string> warnings_;
  dds::Node server_{context_, "server", {}, {[this](const dds::LogRecord& record) {
                      if (record.severity == dds::LogSeverity::warn) warnings_.put(record.message);
                    }}};
  test::ClientNode ours_;
  FakeFrameEncoder encoder_;
  dds::Publisher<Image> camera_{ours_.node, "/image_raw"};
  dds::Publisher<CompressedImage> photos_{ours_.node, "/image_raw/compressed"};
  Collected<ClipItem> items_;
  std::optional<dds::Subscription<ClipItem>> listener_;
  std::optional<FrameService> service_;
};

TEST_F(FrameServiceTest, AFrameBecomesAnItemWithItsStampAndPlace) {
  serve(kAsFastAsItCan);
  listen();
  const ClipItem item = items_.all().front();
  EXPECT_TRUE(item.type);
  EXPECT_EQ(item.url, "");
  EXPECT_THAT(item.feature, ElementsAre(0));
  EXPECT_THAT(item.extra, ElementsAre("model=" + std::string(64, 'f'), "dimension=1",
                                      "stamp=12.000000034", "frame_id=front"));
}

TEST_F(FrameServiceTest, CompressedFramesAreEncodedToo) {
  serve(kAsFastAsItCan);
  listen();
  CompressedImage photo;
  photo.format = "jpeg";
  photo.data = {1, 2, 3};
  ASSERT_TRUE(test::eventually([&] {
    photos_.publish(photo);
    return items_.all().back().feature == std::vector<float>{-1};
  }));
}

TEST_F(FrameServiceTest, TheNewestFrameWins) {
  serve(kAsFastAsItCan);
  listen();
  encoder_.hold(true);
  wait_for(1);  // Being encoded, and held there.
  for (const std::uint8_t value : {2, 3, 4}) send(value);
  // Sent on the same topic, so all of them have arrived once this marker was looked at.
  send(5, 3);
  const auto before = encoder_.began.size();
  ASSERT_TRUE(camera_.writer().wait_for_acknowledgements(test::kPatience));
  context_.loop().run_and_wait([] {});
  encoder_.hold(false);
  const auto began = encoder_.began.wait_for(before + 1);
  EXPECT_EQ(began.back(), 5);
}

TEST_F(FrameServiceTest, FramesWithTheSameFaultAreDroppedWithOneWarning) {
  serve(kAsFastAsItCan);
  listen();
  constexpr std::size_t kTooFewBytes = 2;
  ASSERT_TRUE(test::eventually([&] {
    send(9, kTooFewBytes);
    return warnings_.size() > 0;
  }));
  for (int i = 0; i < 20; ++i) {
    send(9, kTooFewBytes);
    context_.loop().run_and_wait([] {});
  }
  wait_for(100);
  EXPECT_THAT(warnings_.all(),
              ElementsAre(HasSubstr("dropped a frame: a frame of 1 x 1 pixels in rgb8")));
  for (const float value : encoder_.began.all()) EXPECT_NE(value, 9);
}

TEST_F(FrameServiceTest, NothingIsEncodedWhileNobodyListens) {
  Collected<std::uint8_t> arrived;
  const dds::Subscription<Image> witness(
      server_, "/image_raw", [&](Image&& image) { arrived.put(image.data.front()); },
      dds::kSensorQos);
  ASSERT_TRUE(test::eventually([&] { return witness.matched_writers() == 1; }));
  service_.emplace(server_, encoder_, kAsFastAsItCan);
  ASSERT_TRUE(test::eventually([this] { return camera_.writer().matched_readers() == 2; }));
  send(7);
  ASSERT_EQ(arrived.wait_for(1).size(), 1U);
  context_.loop().run_and_wait([] {});
  listen();
  for (const float value : encoder_.began.all()) EXPECT_EQ(value, 0);
}

TEST_F(FrameServiceTest, ItEndsWhileAFrameWaitsForItsTurn) {
  serve(0.001);
  listen();
  send(1);
  service_.reset();
  EXPECT_EQ(encoder_.began.size(), 1U) << "the rate allows no second one for a long time";
}

}  // namespace
}  // namespace clipdex::nodes
