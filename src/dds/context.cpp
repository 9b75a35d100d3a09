#include "dds/context.hpp"

#include <charconv>
#include <cstdlib>
#include <utility>

#include "clipdex/error.hpp"
#include "dds/announcement.hpp"
#include "dds/fastdds.hpp"

namespace clipdex::dds {
namespace {

constexpr const char* kDiscoveryTopic = "ros_discovery_info";
constexpr Qos kDiscoveryWriterQos{
    .transient_local = true, .depth = 1, .heartbeat_period = std::chrono::milliseconds(5)};
constexpr Qos kDiscoveryReaderQos{.transient_local = true, .keep_all = true, .depth = 1};

// The highest domain whose ports exist (RTPS 2.3, 9.6.1.1).
constexpr std::uint32_t kDomainMax = 232;

// How long leaving waits for the others to take note. A peer that was killed never does.
constexpr std::chrono::milliseconds kFarewellMax{500};

}  // namespace

ContextOptions options_from_environment() {
  ContextOptions options;
  const char* localhost = std::getenv("ROS_LOCALHOST_ONLY");
  options.localhost_only = localhost != nullptr && std::string_view(localhost) == "1";
  const char* variable = std::getenv("ROS_DOMAIN_ID");
  const std::string_view domain = variable != nullptr ? variable : "";
  if (domain.empty()) return options;
  const auto [end, error] =
      std::from_chars(domain.data(), domain.data() + domain.size(), options.domain_id);
  if (error != std::errc() || end != domain.data() + domain.size() ||
      options.domain_id > kDomainMax) {
    throw Exception(ErrorCode::invalid_argument, "ROS_DOMAIN_ID is '" + std::string(domain) +
                                                     "'; it must be a number from 0 to 232");
  }
  return options;
}

struct Context::Parts {
  explicit Parts(const ContextOptions& options)
      : participant(std::make_shared<Participant>(options)),
        discovery_writer(make_raw_writer(participant, loop, kDiscoveryTopic,
                                         ParticipantEntitiesInfo::kTypeName, kDiscoveryWriterQos,
                                         {}, {})),
        discovery_reader(make_raw_reader(participant, loop, kDiscoveryTopic,
                                         ParticipantEntitiesInfo::kTypeName, kDiscoveryReaderQos,
                                         [](Sample&&) {}, {})),
        announcement(std::make_shared<Announcement>(
            participant->guid(),
            [this](const Payload& payload) { discovery_writer->write(payload); })) {}

  EventLoop loop;  // First: endpoints post to it until they are gone.
  const std::shared_ptr<Participant> participant;
  const std::unique_ptr<RawWriter> discovery_writer;
  const std::unique_ptr<RawReader> discovery_reader;  // Every participant of ROS has one.
  const std::shared_ptr<Announcement> announcement;
};

Context::Context(const ContextOptions& options) : parts_(std::make_unique<Parts>(options)) {}

Context::~Context() {
  parts_->announcement->clear();
  parts_->discovery_writer->wait_for_acknowledgements(kFarewellMax);
}

EventLoop& Context::loop() noexcept { return parts_->loop; }

const Guid& Context::guid() const noexcept { return parts_->participant->guid(); }

std::unique_ptr<RawWriter> Context::make_writer(int node, const std::string& topic,
                                                const std::string& type, const Qos& qos,
                                                RawWriter::OnMatch on_match) {
  auto writer =
      make_raw_writer(parts_->participant, parts_->loop, topic, type, qos, std::move(on_match),
                      [announcement = parts_->announcement, node](const Guid& guid) {
                        announcement->remove_endpoint(node, guid);
                      });
  parts_->announcement->add_writer(node, writer->guid());
  return writer;
}

std::unique_ptr<RawReader> Context::make_reader(int node, const std::string& topic,
                                                const std::string& type, const Qos& qos,
                                                RawReader::OnSample on_sample) {
  auto reader =
      make_raw_reader(parts_->participant, parts_->loop, topic, type, qos, std::move(on_sample),
                      [announcement = parts_->announcement, node](const Guid& guid) {
                        announcement->remove_endpoint(node, guid);
                      });
  parts_->announcement->add_reader(node, reader->guid());
  return reader;
}

int Context::add_node(const std::string& node_namespace, const std::string& name) {
  return parts_->announcement->add_node(node_namespace, name);
}

void Context::remove_node(int node) { parts_->announcement->remove_node(node); }

bool Context::wait_until(const std::function<bool()>& condition,
                         std::chrono::milliseconds wait_max) const {
  return parts_->participant->wait_until(condition, wait_max);
}

}  // namespace clipdex::dds
