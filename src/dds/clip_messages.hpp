/// The messages of the TogetheROS box, package clip_msgs; `ros2/clip_msgs` holds the same
/// definitions for rosidl.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"

namespace clipdex::dds::clip_msgs {

/// msg/ClipItem: one image or text with its feature vector.
struct ClipItem {
  static constexpr const char* kTypeName = "clip_msgs::msg::dds_::ClipItem_";
  bool type = false;  ///< true: image, false: text
  std::string text;
  std::string url;
  std::vector<float> feature;
  std::vector<std::string> extra;
  static constexpr auto kFields = std::tuple(&ClipItem::type, &ClipItem::text, &ClipItem::url,
                                             &ClipItem::feature, &ClipItem::extra);
};

/// action/GetFeatures: asks for the features of images by path, or of texts.
struct GetFeatures {
  static constexpr const char* kTypePrefix = "clip_msgs::action::dds_::GetFeatures_";

  struct Goal {
    bool type = false;  ///< true: `urls`, false: `texts`
    std::vector<std::string> urls;
    std::vector<std::string> texts;
    static constexpr auto kFields = std::tuple(&Goal::type, &Goal::urls, &Goal::texts);
  };
  struct Result {
    bool success = false;
    std::int32_t error_code = 0;
    static constexpr auto kFields = std::tuple(&Result::success, &Result::error_code);
  };
  struct Feedback {
    float current_progress = 0;  ///< 0 to 1
    ClipItem item;
    static constexpr auto kFields = std::tuple(&Feedback::current_progress, &Feedback::item);
  };
};

}  // namespace clipdex::dds::clip_msgs
