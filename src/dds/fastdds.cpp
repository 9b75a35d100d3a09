#include "dds/fastdds.hpp"

#include <algorithm>
#include <cstring>

#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/log/Log.hpp>

#include "base/log.hpp"
#include "clipdex/error.hpp"

namespace clipdex::dds {
namespace {

namespace transport = eprosima::fastdds::rtps;

// What a payload is expected to need at first; Fast DDS allocates that much for the samples that
// it keeps ready, and more when a sample is longer.
constexpr std::uint32_t kPayloadBytesExpected = 256;

// What a socket may hold that was not read yet. A frame of a camera comes at once, and the kernel
// drops what is too much; it lowers this to net.core.rmem_max.
constexpr std::uint32_t kReceiveBytes = 4 << 20;

/// Hands Fast DDS's own messages, which it would print on stdout and stderr, to our log sink.
class LogForwarder : public fast::LogConsumer {
 public:
  void Consume(const fast::Log::Entry& entry) override {
    const bool is_warning = entry.kind != fast::Log::Kind::Info;
    log_line(is_warning ? LogLevel::warning : LogLevel::debug,
             "Fast DDS, " + std::string(entry.context.category ? entry.context.category : "") +
                 ": " + entry.message);
  }
};

void forward_log_once() {
  static const bool forwarded = [] {
    fast::Log::ClearConsumers();
    fast::Log::RegisterConsumer(std::make_unique<LogForwarder>());
    return true;
  }();
  static_cast<void>(forwarded);
}

/// UDP, on the loopback interface alone where that is asked for. Peers that offer shared memory, as
/// rmw_fastrtps does, speak UDP with whoever does not.
///
/// Fast DDS's shared memory is left out, since it does not stand the sudden end of any process on
/// the machine (seen with 2.9.1): whoever takes the port of a process that was killed while it
/// received is never reached by those who knew the old one; a lock that is held by the killed holds
/// everyone up, and crashes who leaves meanwhile; half made and full files hang and kill. Who wants
/// it none the less names it in a profile.
void choose_transports(const ContextOptions& options, fast::DomainParticipantQos& qos) {
  auto& chosen = qos.transport();
  // A profile of the user's that names transports is the user's business.
  if (!options.localhost_only && !chosen.use_builtin_transports) return;
  chosen.use_builtin_transports = false;
  auto udp = std::make_shared<transport::UDPv4TransportDescriptor>();
  if (options.localhost_only) udp->interfaceWhiteList.emplace_back("127.0.0.1");
  udp->sendBufferSize = chosen.send_socket_buffer_size;
  udp->receiveBufferSize = chosen.listen_socket_buffer_size;
  if (udp->receiveBufferSize == 0) udp->receiveBufferSize = kReceiveBytes;
  chosen.user_transports.push_back(std::move(udp));
}

fast::DomainParticipantQos participant_qos(const ContextOptions& options) {
  auto& factory = *fast::DomainParticipantFactory::get_instance();
  factory.load_profiles();
  fast::DomainParticipantQos qos = factory.get_default_participant_qos();
  choose_transports(options, qos);
  qos.name("/");  // The enclave, of which there is one without SROS.
  // The NUL at the end goes over the wire: rmw's buffer has one.
  const std::string enclave("enclave=/;", sizeof("enclave=/;"));
  qos.user_data().assign(enclave.begin(), enclave.end());
  // Fast DDS greets a new participant once, and the new one may not listen yet; it then waits for
  // the next announcement. Three seconds, Fast DDS's default, were seen in one start out of ten.
  auto& announcement_period =
      qos.wire_protocol().builtin.discovery_config.leaseDuration_announcementperiod;
  if (announcement_period.seconds == 3) announcement_period = {1, 0};
  // Discovery messages may be longer than Fast DDS's default of 5000 bytes.
  auto& builtin = qos.wire_protocol().builtin;
  builtin.readerHistoryMemoryPolicy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  builtin.writerHistoryMemoryPolicy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  return qos;
}

}  // namespace

Guid to_guid(const rtps::GUID_t& guid) {
  Guid out;
  std::copy_n(guid.guidPrefix.value, 12, out.bytes.begin());
  std::copy_n(guid.entityId.value, 4, out.bytes.begin() + 12);
  return out;
}

rtps::GUID_t to_fast(const Guid& guid) {
  rtps::GUID_t out;
  std::copy_n(guid.bytes.begin(), 12, out.guidPrefix.value);
  std::copy_n(guid.bytes.begin() + 12, 4, out.entityId.value);
  return out;
}

PayloadType::PayloadType(const std::string& name) {
  setName(name.c_str());
  m_typeSize = kPayloadBytesExpected;
  m_isGetKeyDefined = false;
  auto_fill_type_object(false);
  auto_fill_type_information(false);
}

bool PayloadType::serialize(void* data, rtps::SerializedPayload_t* payload) {
  const auto& bytes = *static_cast<const Payload*>(data);
  if (bytes.size() > payload->max_size) return false;
  std::memcpy(payload->data, bytes.data(), bytes.size());
  payload->length = static_cast<std::uint32_t>(bytes.size());
  payload->encapsulation = CDR_LE;
  return true;
}

bool PayloadType::deserialize(rtps::SerializedPayload_t* payload, void* data) {
  const auto* bytes = reinterpret_cast<const std::byte*>(payload->data);
  static_cast<Payload*>(data)->assign(bytes, bytes + payload->length);
  return true;
}

std::function<std::uint32_t()> PayloadType::getSerializedSizeProvider(void* data) {
  return [data] { return static_cast<std::uint32_t>(static_cast<const Payload*>(data)->size()); };
}

void* PayloadType::createData() { return new Payload; }

void PayloadType::deleteData(void* data) { delete static_cast<Payload*>(data); }

bool PayloadType::getKey(void* /*data*/, rtps::InstanceHandle_t* /*handle*/, bool /*force_md5*/) {
  return false;
}

Participant::Participant(const ContextOptions& options) {
  forward_log_once();
  auto& factory = *fast::DomainParticipantFactory::get_instance();
  const std::string domain = std::to_string(options.domain_id);
  participant_ = factory.create_participant(options.domain_id, participant_qos(options));
  if (participant_ == nullptr) {
    throw Exception(
        ErrorCode::internal,
        "Fast DDS cannot join ROS_DOMAIN_ID " + domain +
            "; see whether a network interface is up and the domain's UDP ports, from " +
            std::to_string(7400 + 250 * options.domain_id) + " on, are free");
  }
  publisher_ = participant_->create_publisher(fast::PUBLISHER_QOS_DEFAULT);
  subscriber_ = participant_->create_subscriber(fast::SUBSCRIBER_QOS_DEFAULT);
  if (publisher_ == nullptr || subscriber_ == nullptr) {
    participant_->delete_contained_entities();
    factory.delete_participant(participant_);
    throw Exception(ErrorCode::internal, "Fast DDS makes no publisher in domain " + domain);
  }
  guid_ = to_guid(participant_->guid());
}

Participant::~Participant() {
  participant_->delete_contained_entities();
  fast::DomainParticipantFactory::get_instance()->delete_participant(participant_);
}

fast::Topic& Participant::borrow_topic(const std::string& name, const std::string& type) {
  const std::lock_guard lock(topics_mutex_);
  auto* topic = static_cast<fast::Topic*>(participant_->lookup_topicdescription(name));
  if (topic == nullptr) {
    // Registering a type again under its name is no mistake to Fast DDS.
    fast::TypeSupport(new PayloadType(type)).register_type(participant_);
    topic = participant_->create_topic(name, type, fast::TOPIC_QOS_DEFAULT);
  }
  if (topic == nullptr || topic->get_type_name() != type) {
    throw Exception(ErrorCode::internal,
                    "the DDS topic " + name + " cannot have the type " + type +
                        (topic ? "; this process uses it as " + topic->get_type_name() : ""));
  }
  ++borrowers_[name];
  return *topic;
}

void Participant::give_back(fast::Topic& topic) {
  const std::lock_guard lock(topics_mutex_);
  const auto borrower = borrowers_.find(topic.get_name());
  if (--borrower->second > 0) return;
  borrowers_.erase(borrower);
  participant_->delete_topic(&topic);
}

void Participant::peers_changed() {
  {
    const std::lock_guard lock(change_mutex_);
    ++change_count_;
  }
  changed_.notify_all();
}

bool Participant::wait_until(const std::function<bool()>& condition,
                             std::chrono::milliseconds wait_max) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  std::unique_lock lock(change_mutex_);
  while (true) {
    const std::uint64_t seen = change_count_;
    lock.unlock();  // The condition asks endpoints, which have locks of their own.
    if (condition()) return true;
    lock.lock();
    if (!changed_.wait_until(lock, deadline, [&] { return change_count_ != seen; })) return false;
  }
}

}  // namespace clipdex::dds
