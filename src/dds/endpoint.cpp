#include "dds/endpoint.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "clipdex/error.hpp"
#include "dds/callback_gate.hpp"
#include "dds/fastdds.hpp"

namespace clipdex::dds {
namespace {

using Duration = eprosima::fastrtps::Duration_t;

// How long a write waits for room, as rmw has it.
constexpr std::chrono::milliseconds kBlockingMax{100};
// Samples that wait for the loop at an endpoint that keeps all: as many as Fast DDS keeps.
constexpr std::size_t kKeepAllMax = 5000;

Duration duration(std::chrono::milliseconds time) {
  return {static_cast<std::int32_t>(time.count() / 1000),
          static_cast<std::uint32_t>(time.count() % 1000 * 1'000'000)};
}

/// Sets what writers and readers have in common; everything else is Fast DDS's default.
template <class FastQos>
void apply(const Qos& qos, FastQos& fast_qos) {
  auto& reliability = fast_qos.reliability();
  reliability.kind =
      qos.reliable ? fast::RELIABLE_RELIABILITY_QOS : fast::BEST_EFFORT_RELIABILITY_QOS;
  reliability.max_blocking_time = duration(kBlockingMax);
  fast_qos.durability().kind =
      qos.transient_local ? fast::TRANSIENT_LOCAL_DURABILITY_QOS : fast::VOLATILE_DURABILITY_QOS;
  fast_qos.history().kind = qos.keep_all ? fast::KEEP_ALL_HISTORY_QOS : fast::KEEP_LAST_HISTORY_QOS;
  fast_qos.history().depth = static_cast<std::int32_t>(std::max<std::size_t>(qos.depth, 1));
  if (qos.lifespan) {
    fast_qos.lifespan().duration = duration(*qos.lifespan);
  }
  fast_qos.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  fast_qos.data_sharing().off();
}

/// The peers of an endpoint, kept by its listener. Thread-safe.
class Matches {
 public:
  void change(const rtps::InstanceHandle_t& peer, int count_change) {
    const Guid guid = to_guid(rtps::iHandle2GUID(peer));
    const std::lock_guard lock(mutex_);
    if (count_change > 0) guids_.insert(guid);
    if (count_change < 0) guids_.erase(guid);
  }
  std::set<Guid> all() const {
    const std::lock_guard lock(mutex_);
    return guids_;
  }
  bool has(const Guid& guid) const {
    const std::lock_guard lock(mutex_);
    return guids_.contains(guid);
  }

 private:
  mutable std::mutex mutex_;
  std::set<Guid> guids_;
};

[[noreturn]] void refuse(const char* what, const std::string& topic) {
  throw Exception(ErrorCode::internal, std::string("Fast DDS makes no ") + what + " for " + topic);
}

class FastWriter : public RawWriter, private fast::DataWriterListener {
 public:
  FastWriter(std::shared_ptr<Participant> participant, EventLoop& loop, const std::string& topic,
             const std::string& type, const Qos& qos, OnMatch on_match, OnLeave on_leave)
      : participant_(std::move(participant)),
        loop_(loop),
        observer_(std::make_shared<Observer>(std::move(on_match))),
        topic_(participant_->borrow_topic(topic, type)),
        on_leave_(std::move(on_leave)) {
    fast::DataWriterQos writer_qos = participant_->publisher().get_default_datawriter_qos();
    apply(qos, writer_qos);
    writer_qos.publish_mode().kind = fast::SYNCHRONOUS_PUBLISH_MODE;
    writer_qos.reliable_writer_qos().times.heartbeatPeriod = duration(qos.heartbeat_period);
    writer_ = participant_->publisher().create_datawriter(&topic_, writer_qos, this,
                                                          fast::StatusMask::publication_matched());
    if (writer_ == nullptr) {
      participant_->give_back(topic_);
      refuse("writer", topic);
    }
    guid_ = to_guid(writer_->guid());
  }

  ~FastWriter() override {
    if (on_leave_) on_leave_(guid_);
    // Fast DDS frees what was never acknowledged while its heartbeat may still walk over it; with
    // 2.9.1 the walk was seen not to end. Where nothing is kept there is nothing to walk over.
    writer_->clear_history(nullptr);
    participant_->publisher().delete_datawriter(writer_);
    participant_->give_back(topic_);
    observer_->gate.close();
  }

  const Guid& guid() const noexcept override { return guid_; }
  std::set<Guid> matches() const override { return matches_.all(); }
  bool is_matched_with(const Guid& reader) const override { return matches_.has(reader); }

  std::int64_t write(const Payload& payload, const SampleIdentity* related) override {
    rtps::WriteParams parameters;
    if (related != nullptr) {
      auto& identity = parameters.related_sample_identity();
      identity.writer_guid(to_fast(related->writer));
      identity.sequence_number(rtps::SequenceNumber_t(
          static_cast<std::int32_t>(related->sequence_number >> 32),
          static_cast<std::uint32_t>(related->sequence_number & 0xffffffff)));
    }
    // Fast DDS's interface is older than const; our type only reads.
    if (!writer_->write(const_cast<Payload*>(&payload), parameters)) return 0;
    return static_cast<std::int64_t>(parameters.sample_identity().sequence_number().to64long());
  }

  bool wait_for_acknowledgements(std::chrono::milliseconds wait_max) override {
    return writer_->wait_for_acknowledgments(duration(wait_max)) == FastReturn::RETCODE_OK;
  }

 private:
  struct Observer {
    explicit Observer(OnMatch call) : callback(std::move(call)) {}
    const OnMatch callback;
    CallbackGate gate;
  };

  void on_publication_matched(fast::DataWriter* /*writer*/,
                              const fast::PublicationMatchedStatus& status) override {
    matches_.change(status.last_subscription_handle, status.current_count_change);
    participant_->peers_changed();
    if (!observer_->callback) return;
    loop_.post([observer = observer_] { observer->gate.pass(observer->callback); });
  }

  const std::shared_ptr<Participant> participant_;
  EventLoop& loop_;
  const std::shared_ptr<Observer> observer_;
  fast::Topic& topic_;
  const OnLeave on_leave_;
  Matches matches_;
  fast::DataWriter* writer_ = nullptr;
  Guid guid_;
};

/// What a reader shares with its tasks on the loop, which may outlive it.
class Inbox {
 public:
  Inbox(RawReader::OnSample on_sample, std::size_t samples_max)
      : on_sample_(std::move(on_sample)), samples_max_(samples_max) {}

  /// @return whether the sample needs a task of its own; else it took the place of another
  bool put(Sample&& sample) {
    const std::lock_guard lock(mutex_);
    const bool is_full = samples_.size() == samples_max_;
    if (is_full) samples_.pop_front();
    samples_.push_back(std::move(sample));
    return !is_full;
  }

  /// Hands the oldest sample on, if there still is one.
  void deliver_one() {
    gate_.pass([this] {
      std::unique_lock lock(mutex_);
      if (samples_.empty()) return;
      Sample sample = std::move(samples_.front());
      samples_.pop_front();
      lock.unlock();
      on_sample_(std::move(sample));
    });
  }

  void close() { gate_.close(); }

 private:
  const RawReader::OnSample on_sample_;
  const std::size_t samples_max_;
  CallbackGate gate_;
  std::mutex mutex_;
  std::deque<Sample> samples_;
};

class FastReader : public RawReader, private fast::DataReaderListener {
 public:
  FastReader(std::shared_ptr<Participant> participant, EventLoop& loop, const std::string& topic,
             const std::string& type, const Qos& qos, OnSample on_sample, OnLeave on_leave)
      : participant_(std::move(participant)),
        loop_(loop),
        inbox_(std::make_shared<Inbox>(
            std::move(on_sample),
            qos.keep_all ? kKeepAllMax : std::max<std::size_t>(qos.depth, 1))),
        topic_(participant_->borrow_topic(topic, type)),
        on_leave_(std::move(on_leave)) {
    fast::DataReaderQos reader_qos = participant_->subscriber().get_default_datareader_qos();
    apply(qos, reader_qos);
    // Fast DDS's delay of 5 ms is for readers that answer to multicast together.
    reader_qos.reliable_reader_qos().times.heartbeatResponseDelay = duration({});
    reader_ = participant_->subscriber().create_datareader(
        &topic_, reader_qos, this,
        fast::StatusMask::subscription_matched() << fast::StatusMask::data_available());
    if (reader_ == nullptr) {
      participant_->give_back(topic_);
      refuse("reader", topic);
    }
    guid_ = to_guid(reader_->guid());
  }

  ~FastReader() override {
    if (on_leave_) on_leave_(guid_);
    participant_->subscriber().delete_datareader(reader_);
    participant_->give_back(topic_);
    inbox_->close();
  }

  const Guid& guid() const noexcept override { return guid_; }
  std::set<Guid> matches() const override { return matches_.all(); }
  bool is_matched_with(const Guid& writer) const override { return matches_.has(writer); }

 private:
  void on_subscription_matched(fast::DataReader* /*reader*/,
                               const fast::SubscriptionMatchedStatus& status) override {
    matches_.change(status.last_publication_handle, status.current_count_change);
    participant_->peers_changed();
  }

  // Samples are taken at once, so that a loop that is late loses none to the reader's history, and
  // get a task each, so that samples of different readers keep the order in which they came.
  void on_data_available(fast::DataReader* reader) override {
    Payload payload;
    fast::SampleInfo info;
    while (reader->take_next_sample(&payload, &info) == FastReturn::RETCODE_OK) {
      if (!info.valid_data) continue;
      Sample sample;
      sample.payload = std::move(payload);
      sample.identity = identity(info.sample_identity);
      sample.related = identity(info.related_sample_identity);
      sample.source_time_ns = info.source_timestamp.to_ns();
      if (!inbox_->put(std::move(sample))) continue;
      loop_.post([inbox = inbox_] { inbox->deliver_one(); });
    }
  }

  static SampleIdentity identity(const rtps::SampleIdentity& identity) {
    if (identity.writer_guid() == rtps::GUID_t::unknown()) return {};
    return {to_guid(identity.writer_guid()),
            static_cast<std::int64_t>(identity.sequence_number().to64long())};
  }

  const std::shared_ptr<Participant> participant_;
  EventLoop& loop_;
  const std::shared_ptr<Inbox> inbox_;
  fast::Topic& topic_;
  const OnLeave on_leave_;
  Matches matches_;
  fast::DataReader* reader_ = nullptr;
  Guid guid_;
};

}  // namespace

GuidPrefix Guid::prefix() const noexcept {
  GuidPrefix prefix;
  std::copy_n(bytes.begin(), prefix.size(), prefix.begin());
  return prefix;
}

std::set<GuidPrefix> participants_of(const std::set<Guid>& endpoints) {
  std::set<GuidPrefix> participants;
  for (const Guid& guid : endpoints) participants.insert(guid.prefix());
  return participants;
}

std::unique_ptr<RawWriter> make_raw_writer(std::shared_ptr<Participant> participant,
                                           EventLoop& loop, const std::string& topic,
                                           const std::string& type, const Qos& qos,
                                           RawWriter::OnMatch on_match, OnLeave on_leave) {
  return std::make_unique<FastWriter>(std::move(participant), loop, topic, type, qos,
                                      std::move(on_match), std::move(on_leave));
}

std::unique_ptr<RawReader> make_raw_reader(std::shared_ptr<Participant> participant,
                                           EventLoop& loop, const std::string& topic,
                                           const std::string& type, const Qos& qos,
                                           RawReader::OnSample on_sample, OnLeave on_leave) {
  return std::make_unique<FastReader>(std::move(participant), loop, topic, type, qos,
                                      std::move(on_sample), std::move(on_leave));
}

}  // namespace clipdex::dds
