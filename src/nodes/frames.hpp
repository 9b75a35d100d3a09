/// Frames of a camera, from a topic to vectors on another.
#pragma once

#include <memory>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "dds/node.hpp"
#include "nodes/frame_pixels.hpp"

namespace clipdex::nodes {

/// Turns frames into vectors. Called by one thread at a time. Tests use a fake.
class FrameEncoder {
 public:
  virtual ~FrameEncoder() = default;
  virtual const ModelIdentity& identity() const = 0;

  /// The unit vector of a frame, or why it has none. May throw when the model fails.
  virtual Result<Embedding> encode(const Frame& frame) = 0;
};

/// Subscribes to `image_raw` (sensor_msgs/msg/Image) and `image_raw/compressed` (CompressedImage),
/// and publishes a `ClipItem` for each frame that is encoded on `clip_image_features`; its `extra`
/// holds stamp, frame id, model and dimension.
///
/// The newest frame wins: those that come while one is encoded, or sooner than the rate allows,
/// replace each other. A frame that cannot be encoded is dropped, with a warning unless the one
/// before had the same fault. While nobody listens to the features, nothing is encoded.
class FrameService {
 public:
  /// @param rate_max  frames encoded a second, more than 0
  /// `encoder` must outlive the service. Throws as `dds::Subscription`.
  FrameService(dds::Node& node, FrameEncoder& encoder, double rate_max);
  ~FrameService();
  FrameService(const FrameService&) = delete;
  FrameService& operator=(const FrameService&) = delete;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::nodes
