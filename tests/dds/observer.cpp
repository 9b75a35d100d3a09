#include "dds/observer.hpp"

#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>

#include <mutex>

#include "dds/fastdds.hpp"
#include "dds/graph.hpp"

namespace clipdex::test {
namespace {

namespace fast = dds::fast;
namespace rtps = dds::rtps;

template <class Info>
SeenEndpoint describe(const Info& info, bool is_writer) {
  SeenEndpoint seen;
  seen.topic = info.topicName().to_string();
  seen.type = info.typeName().to_string();
  seen.is_writer = is_writer;
  const auto& qos = info.m_qos;
  seen.is_reliable = qos.m_reliability.kind == fast::RELIABLE_RELIABILITY_QOS;
  seen.is_transient_local = qos.m_durability.kind == fast::TRANSIENT_LOCAL_DURABILITY_QOS;
  seen.lifespan_s = qos.m_lifespan.duration.is_infinite() ? 0 : qos.m_lifespan.duration.seconds;
  seen.has_defaults = qos.m_liveliness.kind == fast::AUTOMATIC_LIVELINESS_QOS &&
                      qos.m_ownership.kind == fast::SHARED_OWNERSHIP_QOS &&
                      qos.m_deadline.period.is_infinite() && qos.m_partition.names().empty() &&
                      info.topicKind() == rtps::NO_KEY;
  seen.announces_a_type = info.has_type() || info.has_type_id() || info.has_type_information();
  seen.shares_data = !qos.data_sharing.domain_ids().empty();
  return seen;
}

}  // namespace

struct Observer::Parts : fast::DomainParticipantListener {
  Parts() {
    auto qos = fast::PARTICIPANT_QOS_DEFAULT;
    qos.transport().use_builtin_transports = false;
    auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
    udp->interfaceWhiteList.emplace_back("127.0.0.1");
    qos.transport().user_transports.push_back(std::move(udp));
    participant = fast::DomainParticipantFactory::get_instance()->create_participant(
        own_domain().domain_id, qos, this, fast::StatusMask::none());
    subscriber = participant->create_subscriber(fast::SUBSCRIBER_QOS_DEFAULT);
    const std::string type = dds::ParticipantEntitiesInfo::kTypeName;
    fast::TypeSupport(new dds::PayloadType(type)).register_type(participant);
    topic = participant->create_topic("ros_discovery_info", type, fast::TOPIC_QOS_DEFAULT);
    fast::DataReaderQos reader_qos = subscriber->get_default_datareader_qos();
    reader_qos.reliability().kind = fast::RELIABLE_RELIABILITY_QOS;
    reader_qos.durability().kind = fast::TRANSIENT_LOCAL_DURABILITY_QOS;
    reader_qos.history().kind = fast::KEEP_ALL_HISTORY_QOS;
    reader_qos.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    reader_qos.data_sharing().off();
    reader = subscriber->create_datareader(topic, reader_qos, &on_data);
  }

  ~Parts() override {
    participant->delete_contained_entities();
    fast::DomainParticipantFactory::get_instance()->delete_participant(participant);
  }

  void on_participant_discovery(fast::DomainParticipant* /*participant*/,
                                rtps::ParticipantDiscoveryInfo&& info) override {
    const std::lock_guard lock(mutex);
    const dds::GuidPrefix prefix = dds::to_guid(info.info.m_guid).prefix();
    if (info.status == rtps::ParticipantDiscoveryInfo::REMOVED_PARTICIPANT ||
        info.status == rtps::ParticipantDiscoveryInfo::DROPPED_PARTICIPANT) {
      participants.erase(prefix);
      return;
    }
    participants[prefix] = {info.info.m_participantName.to_string(),
                            {info.info.m_userData.begin(), info.info.m_userData.end()}};
  }

  void on_publisher_discovery(fast::DomainParticipant* /*participant*/,
                              rtps::WriterDiscoveryInfo&& info) override {
    note(dds::to_guid(info.info.guid()), describe(info.info, true),
         info.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER);
  }

  void on_subscriber_discovery(fast::DomainParticipant* /*participant*/,
                               rtps::ReaderDiscoveryInfo&& info) override {
    note(dds::to_guid(info.info.guid()), describe(info.info, false),
         info.status == rtps::ReaderDiscoveryInfo::REMOVED_READER);
  }

  void note(const dds::Guid& guid, SeenEndpoint&& endpoint, bool is_gone) {
    const std::lock_guard lock(mutex);
    if (is_gone) {
      endpoints.erase(guid);
    } else {
      endpoints[guid] = std::move(endpoint);
    }
  }

  struct OnData : fast::DataReaderListener {
    explicit OnData(Parts& owner) : parts(owner) {}
    void on_data_available(fast::DataReader* from) override {
      dds::Payload payload;
      fast::SampleInfo info;
      while (from->take_next_sample(&payload, &info) == dds::FastReturn::RETCODE_OK) {
        auto message = dds::deserialize<dds::ParticipantEntitiesInfo>(payload);
        if (!info.valid_data || !message) continue;
        const std::lock_guard lock(parts.mutex);
        parts.announcements.push_back(std::move(message).value());
      }
    }
    Parts& parts;
  };

  std::mutex mutex;
  std::map<dds::Guid, SeenEndpoint> endpoints;
  std::map<dds::GuidPrefix, SeenParticipant> participants;
  std::vector<dds::ParticipantEntitiesInfo> announcements;
  OnData on_data{*this};
  fast::DomainParticipant* participant = nullptr;
  fast::Subscriber* subscriber = nullptr;
  fast::Topic* topic = nullptr;
  fast::DataReader* reader = nullptr;
};

Observer::Observer() : parts_(std::make_unique<Parts>()) {}

Observer::~Observer() = default;

std::map<dds::Guid, SeenEndpoint> Observer::endpoints() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->endpoints;
}

std::map<dds::GuidPrefix, SeenParticipant> Observer::participants() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->participants;
}

std::vector<dds::ParticipantEntitiesInfo> Observer::announcements() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->announcements;
}

}  // namespace clipdex::test
