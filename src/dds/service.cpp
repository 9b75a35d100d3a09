#include "dds/service.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <mutex>

namespace clipdex::dds {
namespace {

// How long a reply waits for its reader. rmw blocks for 100 ms and then drops the reply; nothing is
// blocked here, and discovery on a busy machine can take longer.
constexpr std::chrono::seconds kReaderWaitMax{10};
// Replies that wait for their readers; beyond this many the oldest is dropped.
constexpr std::size_t kWaitingRepliesMax = 1000;
// How long a server that ends waits until its last replies have arrived.
constexpr std::chrono::milliseconds kFarewellMax{200};
// Requests that wait for their replies; beyond this many the oldest is given up, since a server
// that died never answers.
constexpr std::size_t kWaitingRequestsMax = 10'000;

}  // namespace

struct RawServiceServer::Parts {
  struct Waiting {
    RequestId id;
    Payload payload;
    EventLoop::Clock::time_point deadline;
  };

  /// Whether a reply would reach whoever asked. A client that does not name its reader is known by
  /// its writer, and has a reader beside it.
  bool is_reachable(const Guid& asker) const {
    if (asker.is_reader()) return writer->is_matched_with(asker);
    return participants_of(writer->matches()).contains(asker.prefix());
  }

  void send_waiting() {
    const std::lock_guard lock(mutex);
    if (!writer) return;
    const auto now = EventLoop::Clock::now();
    std::erase_if(waiting, [&](const Waiting& reply) {
      if (!is_reachable(reply.id.writer)) return reply.deadline <= now;
      replied = true;
      writer->write(reply.payload, &reply.id);
      return true;
    });
  }

  std::mutex mutex;
  EventLoop* loop = nullptr;
  std::unique_ptr<RawWriter> writer;
  std::list<Waiting> waiting;
  bool replied = false;
};

RawServiceServer::RawServiceServer(Node& node, const std::string& service,
                                   const std::string& request_type,
                                   const std::string& response_type, const Qos& qos,
                                   OnRequest on_request)
    : parts_(std::make_shared<Parts>()) {
  parts_->loop = &node.loop();
  auto writer =
      node.make_writer(reply_in_dds(service), response_type, qos, [parts = std::weak_ptr(parts_)] {
        if (const auto still = parts.lock()) still->send_waiting();
      });
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->writer = std::move(writer);
  }
  reader_ = node.make_reader(request_in_dds(service), request_type, qos,
                             [on_request = std::move(on_request)](Sample&& sample) {
                               RequestId id = sample.identity;
                               if (!sample.related.writer.is_unknown()) {
                                 id.writer = sample.related.writer;
                               }
                               on_request(id, sample.payload);
                             });
}

RawServiceServer::~RawServiceServer() {
  reader_.reset();
  if (parts_->replied) parts_->writer->wait_for_acknowledgements(kFarewellMax);
  std::unique_ptr<RawWriter> writer;
  const std::lock_guard lock(parts_->mutex);
  writer.swap(parts_->writer);
}

void RawServiceServer::reply(const RequestId& id, const Payload& payload) {
  const std::lock_guard lock(parts_->mutex);
  if (parts_->is_reachable(id.writer)) {
    parts_->replied = true;
    parts_->writer->write(payload, &id);
    return;
  }
  if (parts_->waiting.size() == kWaitingRepliesMax) parts_->waiting.pop_front();
  parts_->waiting.push_back({id, payload, EventLoop::Clock::now() + kReaderWaitMax});
  parts_->loop->post_after(kReaderWaitMax, [parts = std::weak_ptr(parts_)] {
    if (const auto still = parts.lock()) still->send_waiting();
  });
}

bool RawServiceServer::is_kept(const RequestId& id) const {
  const std::lock_guard lock(parts_->mutex);
  return std::ranges::any_of(parts_->waiting, [&](const auto& reply) { return reply.id == id; });
}

struct RawServiceClient::Parts {
  void dispatch(Sample&& sample) {
    const std::lock_guard callback_runs(running);
    OnReply on_reply;
    {
      const std::lock_guard lock(mutex);
      // The topic is shared by all clients of the service.
      const Guid& asker = sample.related.writer;
      if (asker != reader && asker != writer->guid()) return;
      const auto found = waiting.find(sample.related.sequence_number);
      if (found == waiting.end()) return;
      on_reply = std::move(found->second);
      waiting.erase(found);
    }
    on_reply(sample.payload);
  }

  std::unique_ptr<RawWriter> writer;

  // Held while a callback runs, so that `forget` can wait for it; recursive, for a callback that
  // forgets. Taken before the other.
  std::recursive_mutex running;
  // Guards what follows. Held while a request is sent, so that its reply finds it registered.
  std::mutex mutex;
  Guid reader;
  std::map<std::int64_t, OnReply> waiting;
};

RawServiceClient::RawServiceClient(Node& node, const std::string& service,
                                   const std::string& request_type,
                                   const std::string& response_type, const Qos& qos)
    : parts_(std::make_shared<Parts>()) {
  parts_->writer = node.make_writer(request_in_dds(service), request_type, qos);
  // A callback that destroys the client goes on with parts of its own.
  reader_ = node.make_reader(reply_in_dds(service), response_type, qos,
                             [parts = std::weak_ptr(parts_)](Sample&& sample) {
                               const auto held = parts.lock();
                               if (held) held->dispatch(std::move(sample));
                             });
  const std::lock_guard lock(parts_->mutex);
  parts_->reader = reader_->guid();
}

RawServiceClient::~RawServiceClient() = default;

std::set<GuidPrefix> RawServiceClient::servers() const {
  const auto asked = participants_of(parts_->writer->matches());
  const auto answering = participants_of(reader_->matches());
  std::set<GuidPrefix> both;
  std::set_intersection(asked.begin(), asked.end(), answering.begin(), answering.end(),
                        std::inserter(both, both.end()));
  return both;
}

std::int64_t RawServiceClient::send(const Payload& payload, OnReply on_reply) {
  const std::lock_guard lock(parts_->mutex);
  const SampleIdentity back{parts_->reader, SampleIdentity::kUnknownNumber};
  const std::int64_t request = parts_->writer->write(payload, &back);
  if (request == 0) return 0;
  if (parts_->waiting.size() == kWaitingRequestsMax) parts_->waiting.erase(parts_->waiting.begin());
  parts_->waiting[request] = std::move(on_reply);
  return request;
}

void RawServiceClient::forget(std::int64_t request) {
  OnReply forgotten;  // Destroyed when no lock is held any more.
  const std::lock_guard running(parts_->running);
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->waiting.find(request);
  if (found == parts_->waiting.end()) return;
  forgotten = std::move(found->second);
  parts_->waiting.erase(found);
}

}  // namespace clipdex::dds
