#include "nodes/frames.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "dds/clip_messages.hpp"
#include "dds/logger.hpp"
#include "dds/sensor_messages.hpp"
#include "dds/topic.hpp"
#include "nodes/goal_codes.hpp"

namespace clipdex::nodes {
namespace {

using Clock = std::chrono::steady_clock;
using dds::clip_msgs::ClipItem;

/// A frame as it came; it is read when its turn comes, since most are replaced before.
struct Waiting {
  dds::std_msgs::Header header;
  std::function<Result<Frame>()> read;
};

}  // namespace

struct FrameService::Parts {
  Parts(dds::Node& of, FrameEncoder& with, double rate_max)
      : logger(of.logger()),
        encoder(with),
        interval(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(1 / rate_max))),
        features(of, "clip_image_features"),
        raw(
            of, "image_raw",
            [this](dds::sensor_msgs::Image&& message) { keep(std::move(message)); },
            dds::kSensorQos),
        compressed(
            of, "image_raw/compressed",
            [this](dds::sensor_msgs::CompressedImage&& message) { keep(std::move(message)); },
            dds::kSensorQos) {
    worker = std::thread([this] { work(); });
  }

  ~Parts() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      changed.notify_all();
    }
    worker.join();
  }

  template <class Message>
  void keep(Message message) {
    if (features.writer().matched_readers() == 0) return;
    dds::std_msgs::Header header = message.header;
    auto shared = std::make_shared<const Message>(std::move(message));
    const std::lock_guard lock(mutex);
    newest = Waiting{std::move(header), [shared] { return read_frame(*shared); }};
    changed.notify_all();
  }

  std::optional<Waiting> take();
  void work();
  Result<Embedding> encode(const Waiting& frame);
  void publish(const Waiting& frame, Embedding vector);

  dds::Logger& logger;
  FrameEncoder& encoder;
  const Clock::duration interval;
  dds::Publisher<ClipItem> features;
  std::string last_fault;  ///< the worker's

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Waiting> newest;
  Clock::time_point next_at;
  bool stopping = false;
  std::thread worker;

  // Last, so that they go first: no callback runs while the rest goes.
  dds::Subscription<dds::sensor_msgs::Image> raw;
  dds::Subscription<dds::sensor_msgs::CompressedImage> compressed;
};

std::optional<Waiting> FrameService::Parts::take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stopping || newest; });
  // The frame may be replaced by a newer one until its time has come.
  changed.wait_until(lock, next_at, [this] { return stopping; });
  if (stopping) return std::nullopt;
  next_at = Clock::now() + interval;
  return std::exchange(newest, std::nullopt);
}

void FrameService::Parts::work() {
  while (const std::optional<Waiting> frame = take()) {
    Result<Embedding> vector = encode(*frame);
    if (vector) {
      last_fault.clear();
      publish(*frame, std::move(vector).value());
    } else if (vector.error().message != last_fault) {
      last_fault = vector.error().message;
      logger.warn("dropped a frame: " + last_fault);
    }
  }
}

Result<Embedding> FrameService::Parts::encode(const Waiting& frame) {
  try {
    const Result<Frame> read = frame.read();
    if (!read) return read.error();
    return encoder.encode(read.value());
  } catch (const std::exception& exception) {
    return Error{ErrorCode::internal, exception.what()};
  }
}

void FrameService::Parts::publish(const Waiting& frame, Embedding vector) {
  const dds::std_msgs::Header& header = frame.header;
  ClipItem item;
  item.type = true;
  item.feature = std::move(vector);
  item.extra = model_words(encoder.identity());
  item.extra.push_back(
      extra_word(kStampKey, fmt::format("{}.{:09}", header.stamp.sec, header.stamp.nanosec)));
  item.extra.push_back(extra_word(kFrameKey, header.frame_id));
  features.publish(item);
}

FrameService::FrameService(dds::Node& node, FrameEncoder& encoder, double rate_max)
    : parts_(std::make_unique<Parts>(node, encoder, rate_max)) {}

FrameService::~FrameService() = default;

}  // namespace clipdex::nodes
