/// Everything that this room needs of Fast DDS, and the only header that includes it. Private:
/// included by fastdds.cpp, endpoint.cpp and context.cpp, so that another version of Fast DDS
/// changes these alone.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/DataWriterListener.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/Topic.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>

#include "dds/context.hpp"
#include "dds/endpoint.hpp"

namespace clipdex::dds {

namespace fast = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;
using FastReturn = eprosima::fastrtps::types::ReturnCode_t;

Guid to_guid(const rtps::GUID_t& guid);
rtps::GUID_t to_fast(const Guid& guid);

/// A type without key of which DDS knows the name alone: its samples are payloads that are CDR
/// already. Announces neither a type object nor type information, as rmw does not.
class PayloadType : public fast::TopicDataType {
 public:
  explicit PayloadType(const std::string& name);
  bool serialize(void* data, rtps::SerializedPayload_t* payload) override;
  bool deserialize(rtps::SerializedPayload_t* payload, void* data) override;
  std::function<std::uint32_t()> getSerializedSizeProvider(void* data) override;
  void* createData() override;
  void deleteData(void* data) override;
  bool getKey(void* data, rtps::InstanceHandle_t* handle, bool force_md5) override;
};

/// A DomainParticipant with what hangs on it. Thread-safe. Endpoints share it, and the last one
/// that lets go deletes it.
class Participant {
 public:
  /// Throws `internal` when Fast DDS refuses.
  explicit Participant(const ContextOptions& options);
  ~Participant();
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  const Guid& guid() const noexcept { return guid_; }
  fast::Publisher& publisher() noexcept { return *publisher_; }
  fast::Subscriber& subscriber() noexcept { return *subscriber_; }

  /// A topic, made when it is asked for the first time and deleted when it was given back as often
  /// as it was asked for. Throws `internal`: one topic name has one type within a process.
  fast::Topic& borrow_topic(const std::string& name, const std::string& type);
  void give_back(fast::Topic& topic);

  /// Tells those in `wait_until` that an endpoint found or lost a peer.
  void peers_changed();
  bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds wait_max);

 private:
  fast::DomainParticipant* participant_ = nullptr;
  fast::Publisher* publisher_ = nullptr;
  fast::Subscriber* subscriber_ = nullptr;
  Guid guid_;

  std::mutex topics_mutex_;
  std::map<std::string, int> borrowers_;

  std::mutex change_mutex_;
  std::condition_variable changed_;
  std::uint64_t change_count_ = 0;
};

/// Called with the identity of an endpoint before it is taken out of the graph.
using OnLeave = std::function<void(const Guid&)>;

/// The endpoints behind endpoint.hpp. Throw `internal` when Fast DDS refuses.
std::unique_ptr<RawWriter> make_raw_writer(std::shared_ptr<Participant> participant,
                                           EventLoop& loop, const std::string& topic,
                                           const std::string& type, const Qos& qos,
                                           RawWriter::OnMatch on_match, OnLeave on_leave);
std::unique_ptr<RawReader> make_raw_reader(std::shared_ptr<Participant> participant,
                                           EventLoop& loop, const std::string& topic,
                                           const std::string& type, const Qos& qos,
                                           RawReader::OnSample on_sample, OnLeave on_leave);

}  // namespace clipdex::dds
