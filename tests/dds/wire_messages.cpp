#include "wire_messages.hpp"

#include <cctype>
#include <numeric>
#include <stdexcept>

#include "base/hash.hpp"
#include "dds/action_messages.hpp"
#include "dds/clip_messages.hpp"
#include "dds/graph_messages.hpp"
#include "dds/log_messages.hpp"
#include "dds/parameter_messages.hpp"
#include "dds/sensor_messages.hpp"

namespace clipdex::test {
namespace {

namespace ros = dds::rcl_interfaces;
namespace clip_msgs = dds::clip_msgs;
namespace sensor_msgs = dds::sensor_msgs;
using clip_msgs::GetFeatures;
using dds::CancelGoal;
using dds::Gid;
using dds::GoalId;
using dds::GoalStatusArray;
using dds::Payload;
using dds::Time;
using Feedback = dds::FeedbackMessage<GetFeatures>;
using Send = dds::SendGoal<GetFeatures>;
using GetGoalResult = dds::GetResult<GetFeatures>;

constexpr Time kStamp{1'700'000'000, 123'456'789};

template <dds::Message T>
Result<Payload> read_and_write(std::span<const std::byte> payload) {
  Result<T> message = dds::deserialize<T>(payload);
  if (!message) return message.error();
  return dds::serialize(message.value());
}

template <dds::Message T>
WireMessage wire(std::string name, const T& message) {
  return {std::move(name), dds::serialize(message), read_and_write<T>};
}

/// Bytes that count up from the first.
template <std::size_t N>
std::array<std::uint8_t, N> counting(std::uint8_t first) {
  std::array<std::uint8_t, N> bytes{};
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

GoalId goal(std::uint8_t first) { return {counting<16>(first)}; }

Gid gid(std::uint8_t first) {
  Gid gid;
  const auto guid = counting<16>(first);
  std::copy(guid.begin(), guid.end(), gid.data.begin());
  return gid;
}

ros::Parameter mode() { return {"mode", ros::to_message(std::int64_t{1})}; }

std::vector<float> ramp() {
  std::vector<float> feature(512);
  for (std::size_t i = 0; i < feature.size(); ++i) {
    feature[i] = static_cast<float>(i) / 1024 - 0.25F;
  }
  return feature;
}

std::vector<WireMessage> action_messages() {
  const Feedback image{goal(16),
                       {0.5F, {true, "", "config/CLIP.png", {0.25F, -1.5F, 3}, {"a", "bc"}}}};
  return {
      wire("send_goal_request_image",
           Send::Request{goal(16), {true, {"config/CLIP.png", "/userdata/a b.jpg"}, {}}}),
      wire("send_goal_request_text",
           Send::Request{goal(16), {false, {}, {"a diagram", "a dog", "\xE5\x9B\xBE"}}}),
      wire("send_goal_request_emptystr", Send::Request{goal(16), {true, {""}, {}}}),
      wire("send_goal_response_accepted", Send::Response{true, kStamp}),
      wire("send_goal_response_rejected", Send::Response{}),
      wire("get_result_request", GetGoalResult::Request{goal(16)}),
      wire("get_result_response_succeeded", GetGoalResult::Response{4, {true, 0}}),
      wire("get_result_response_aborted", GetGoalResult::Response{6, {false, -7}}),
      wire("cancel_goal_request", CancelGoal::Request{{goal(16), kStamp}}),
      wire("cancel_goal_request_all", CancelGoal::Request{}),
      wire("cancel_goal_response", CancelGoal::Response{0, {{goal(16), kStamp}}}),
      wire("cancel_goal_response_unknown", CancelGoal::Response{CancelGoal::kUnknownGoalId, {}}),
      wire("feedback_message_image", image),
      wire("feedback_message_text", Feedback{goal(16), {1, {false, "a dog", "", {1}, {}}}}),
      wire("feedback_message_512",
           Feedback{goal(16), {0.25F, {true, "", "config/CLIP.png", ramp(), {}}}}),
      wire("goal_status_array",
           GoalStatusArray{{{{goal(16), kStamp}, 2}, {{goal(160), {1'700'000'001, 5}}, 4}}}),
      wire("goal_status_array_empty", GoalStatusArray{}),
  };
}

std::vector<WireMessage> node_messages() {
  ros::ParameterDescriptor described;
  described.name = "mode";
  described.type = 2;
  return {
      wire("ros_discovery_info",
           dds::ParticipantEntitiesInfo{
               gid(1), {{"/", "clip_encode_image_node", {gid(32)}, {gid(64), gid(96)}}}}),
      wire("rosout_log", ros::Log{kStamp, 20, "node", "hello", "f.cpp", "main", 42}),
      wire("parameter_event", ros::ParameterEvent{kStamp, "/node", {mode()}, {}, {}}),
      wire("get_parameters_request", ros::GetParameters::Request{{"mode", "db_file"}}),
      wire("get_parameters_response",
           ros::GetParameters::Response{{mode().value, ros::to_message(std::string("clip.db"))}}),
      wire("list_parameters_request", ros::ListParameters::Request{}),
      wire("list_parameters_response",
           ros::ListParameters::Response{{{"mode", "use_sim_time"}, {}}}),
      wire("describe_parameters_request", ros::DescribeParameters::Request{{"mode"}}),
      wire("describe_parameters_response", ros::DescribeParameters::Response{{described}}),
      wire("get_parameter_types_response", ros::GetParameterTypes::Response{{2, 4}}),
      wire("set_parameters_request", ros::SetParameters::Request{{mode()}}),
      wire("set_parameters_response", ros::SetParameters::Response{{{true, ""}}}),
  };
}

}  // namespace

std::vector<WireMessage> golden_messages() {
  std::vector<WireMessage> messages = action_messages();
  for (WireMessage& message : node_messages()) messages.push_back(std::move(message));
  return messages;
}

std::vector<WireMessage> further_messages() {
  ros::ParameterDescriptor topk;
  topk.name = "topk";
  topk.type = 2;
  topk.description = "how many";
  topk.read_only = true;
  topk.additional_constraints = "none";
  topk.floating_point_range = {{0.5, 2, 0.25}};
  topk.integer_range = {{-1, 100, 1}};
  ros::ParameterValue full;
  full.type = 8;
  full.bool_value = true;
  full.integer_value = -2;
  full.double_value = 0.5;
  full.string_value = "x";
  full.byte_array_value = {1, 2, 255};
  full.bool_array_value = {true, false, true};
  full.integer_array_value = {-1, 1LL << 40};
  full.double_array_value = {1.5};
  full.string_array_value = {"a", ""};
  const dds::std_msgs::Header header{kStamp, "cam"};
  return {
      wire("image", sensor_msgs::Image{header, 1, 2, "mono8", 0, 2, {7, 8}}),
      wire("compressed_image", sensor_msgs::CompressedImage{header, "jpeg", {1, 2, 3}}),
      wire("clip_item", clip_msgs::ClipItem{false, "t", "u", {0.5F}, {"e"}}),
      wire("full_parameter", ros::SetParameters::Request{{{"p", full}}}),
      wire("described_ranges", ros::DescribeParameters::Response{{topk}}),
      wire("set_atomically_response", ros::SetParametersAtomically::Response{{false, "no"}}),
  };
}

std::vector<WireMessage> all_messages() {
  std::vector<WireMessage> messages = golden_messages();
  for (WireMessage& message : further_messages()) messages.push_back(std::move(message));
  return messages;
}

WireMessage message_named(std::string_view name) {
  for (WireMessage& message : all_messages()) {
    if (message.name == name) return std::move(message);
  }
  throw std::out_of_range("there is no message " + std::string(name));
}

Payload from_hex(std::string_view digits) {
  Payload bytes;
  std::string pair;
  for (const char digit : digits) {
    if (std::isxdigit(static_cast<unsigned char>(digit)) != 0) pair += digit;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return bytes;
}

std::string hex_of(std::span<const std::byte> bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace clipdex::test
