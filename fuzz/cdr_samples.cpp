// Any bytes as a sample of any type that the nodes receive; the first byte selects the type. They
// are read or refused, and what was read comes back the same when it is written and read again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"
#include "dds/clip_messages.hpp"
#include "dds/graph_messages.hpp"
#include "dds/log_messages.hpp"
#include "dds/parameter_messages.hpp"
#include "dds/sensor_messages.hpp"

namespace {

namespace dds = clipdex::dds;
namespace ros = dds::rcl_interfaces;
using dds::clip_msgs::GetFeatures;

template <dds::Message T>
void read(std::span<const std::byte> payload) {
  const clipdex::Result<T> message = dds::deserialize<T>(payload);
  if (!message) return;
  const dds::Payload written = dds::serialize(message.value());
  const clipdex::Result<T> again = dds::deserialize<T>(written);
  if (!again || dds::serialize(again.value()) != written) std::abort();
}

void read_values(std::span<const std::byte> payload) {
  read<ros::GetParameters::Response>(payload);
  const auto message = dds::deserialize<ros::GetParameters::Response>(payload);
  if (!message) return;
  for (const ros::ParameterValue& value : message.value().values) {
    const auto taken = ros::from_message(value);
    if (taken && ros::to_message(taken.value()).type != value.type) std::abort();
  }
}

// Seeds in fuzz/corpus/cdr_samples begin with an index into this table; append, do not reorder.
constexpr std::array kReaders = {
    read<dds::SendGoal<GetFeatures>::Request>,
    read<dds::SendGoal<GetFeatures>::Response>,
    read<dds::GetResult<GetFeatures>::Request>,
    read<dds::GetResult<GetFeatures>::Response>,
    read<dds::FeedbackMessage<GetFeatures>>,
    read<dds::CancelGoal::Request>,
    read<dds::CancelGoal::Response>,
    read<dds::GoalStatusArray>,
    read<dds::ParticipantEntitiesInfo>,
    read<ros::Log>,
    read<ros::ParameterEvent>,
    read<ros::Names>,
    read_values,
    read<ros::GetParameterTypes::Response>,
    read<ros::DescribeParameters::Response>,
    read<ros::ListParameters::Request>,
    read<ros::ListParameters::Response>,
    read<ros::SetParameters::Request>,
    read<ros::SetParameters::Response>,
    read<ros::SetParametersAtomically::Response>,
    read<dds::clip_msgs::ClipItem>,
    read<dds::sensor_msgs::Image>,
    read<dds::sensor_msgs::CompressedImage>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span payload(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  kReaders[data[0] % kReaders.size()](payload);
  return 0;
}
