/// Services: a request on rq/NAMERequest, its reply on rr/NAMEReply, paired by the identity of the
/// request's sample. `Service` has Request, Response and kTypePrefix.
///
/// Source of the pairing: rmw_fastrtps_shared_cpp, rmw_request.cpp and rmw_response.cpp (Humble). A
/// client names its reply reader in the request's related identity; the server answers with that
/// reader and the request's sequence number.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "dds/cdr.hpp"
#include "dds/logger.hpp"
#include "dds/node.hpp"

namespace clipdex::dds {

/// The server's half without types. See `ServiceServer`.
class RawServiceServer {
 public:
  /// Who asked, and what must be sent along with the answer.
  using RequestId = SampleIdentity;
  using OnRequest = std::function<void(const RequestId&, const Payload&)>;

  /// @param service absolute name
  /// @param on_request runs on the loop, until the server is destroyed
  RawServiceServer(Node& node, const std::string& service, const std::string& request_type,
                   const std::string& response_type, const Qos& qos, OnRequest on_request);
  ~RawServiceServer();

  /// Sends a reply. One for a reader that is not matched yet is kept until it is, at most 10 s;
  /// a client that is gone gets none. Never waits for a reader. Thread-safe.
  void reply(const RequestId& id, const Payload& payload);

  /// Whether the reply to a request is still kept. Thread-safe.
  bool is_kept(const RequestId& id) const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
  std::unique_ptr<RawReader> reader_;  // Last: its callbacks use the parts.
};

/// The client's half without types. See `ServiceClient`.
class RawServiceClient {
 public:
  using OnReply = std::function<void(const Payload&)>;

  RawServiceClient(Node& node, const std::string& service, const std::string& request_type,
                   const std::string& response_type, const Qos& qos);
  ~RawServiceClient();

  /// The participants of which both halves of a server are matched. Thread-safe.
  std::set<GuidPrefix> servers() const;

  /// Sends a request. `on_reply` runs on the loop when the first reply comes, or never.
  /// @return the number of the request, 0 when it could not be sent. Thread-safe.
  std::int64_t send(const Payload& payload, OnReply on_reply);

  /// The reply's callback does not run any more; one that runs now is waited for. Thread-safe.
  void forget(std::int64_t request);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
  std::unique_ptr<RawReader> reader_;  // Last: its callbacks use the parts.
};

/// Answers requests. The handler runs on the loop. It may keep the id and reply later, from any
/// thread.
template <class Service>
class ServiceServer {
 public:
  using Request = typename Service::Request;
  using Response = typename Service::Response;
  using RequestId = RawServiceServer::RequestId;

  /// Throws `invalid_argument` for a name that cannot be, `internal` when DDS refuses. A request
  /// that cannot be read is dropped with one warning.
  ServiceServer(Node& node, std::string_view service,
                std::function<void(const RequestId&, Request&&)> on_request,
                const Qos& qos = kServiceQos)
      : ServiceServer(node, node.resolve(service), std::move(on_request), qos, 0) {}

  void reply(const RequestId& id, const Response& response) { raw_.reply(id, serialize(response)); }

 private:
  ServiceServer(Node& node, const std::string& name,
                std::function<void(const RequestId&, Request&&)> on_request, const Qos& qos, int)
      : raw_(node, name, std::string(Service::kTypePrefix) + "Request_",
             std::string(Service::kTypePrefix) + "Response_", qos,
             [&logger = node.logger(), name, on_request = std::move(on_request)](
                 const RequestId& id, const Payload& payload) {
               Result<Request> request = deserialize<Request>(payload);
               if (request) return on_request(id, std::move(request).value());
               logger.warn("dropped a request to " + name + ": " + request.error().message);
             }) {}

  RawServiceServer raw_;
};

/// Sends requests; each reply reaches the callback that was given with its request, on the loop, or
/// never. Thread-safe.
template <class Service>
class ServiceClient {
 public:
  using Request = typename Service::Request;
  using Response = typename Service::Response;

  /// Throws as `ServiceServer`.
  ServiceClient(Node& node, std::string_view service, const Qos& qos = kServiceQos)
      : node_(node),
        name_(node.resolve(service)),
        raw_(node, name_, std::string(Service::kTypePrefix) + "Request_",
             std::string(Service::kTypePrefix) + "Response_", qos) {}

  /// Whether a server is there whose both halves are matched.
  bool is_ready() const { return !raw_.servers().empty(); }

  /// Waits for `is_ready`. Not to be called on the loop.
  bool wait_until_ready(std::chrono::milliseconds wait_max) const {
    return node_.context().wait_until([this] { return is_ready(); }, wait_max);
  }

  /// @return the number of the request, 0 when it could not be sent
  std::int64_t call(const Request& request, std::function<void(Response&&)> on_reply) {
    return raw_.send(serialize(request), [&logger = node_.logger(), name = name_,
                                          on_reply = std::move(on_reply)](const Payload& payload) {
      Result<Response> response = deserialize<Response>(payload);
      if (response) return on_reply(std::move(response).value());
      logger.warn("dropped a reply of " + name + ": " + response.error().message);
    });
  }

  /// The reply's callback does not run any more; one that runs now is waited for.
  void forget(std::int64_t request) { raw_.forget(request); }

 private:
  Node& node_;
  const std::string name_;
  RawServiceClient raw_;
};

}  // namespace clipdex::dds
