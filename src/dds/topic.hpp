/// Typed publishers and subscriptions.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "dds/cdr.hpp"
#include "dds/logger.hpp"
#include "dds/names.hpp"
#include "dds/node.hpp"

namespace clipdex::dds {

/// Sends messages on a topic. Thread-safe. `M` has kTypeName.
template <Message M>
class Publisher {
 public:
  /// Throws `invalid_argument` for a name that cannot be, `internal` when DDS refuses.
  Publisher(Node& node, std::string_view topic, const Qos& qos = kDefaultQos)
      : writer_(node.make_writer(topic_in_dds(node.resolve(topic)), M::kTypeName, qos)) {}

  /// @return whether it was handed to DDS
  bool publish(const M& message) { return writer_->write(serialize(message)) != 0; }

  RawWriter& writer() noexcept { return *writer_; }

 private:
  std::unique_ptr<RawWriter> writer_;
};

/// Turns samples into messages for a callback; one that cannot be read is dropped with one warning.
template <Message M>
RawReader::OnSample read_as(Logger& logger, std::string what,
                            std::function<void(M&&, const Sample&)> on_message) {
  return [&logger, what = std::move(what), on_message = std::move(on_message)](Sample&& sample) {
    Result<M> message = deserialize<M>(sample.payload);
    if (!message) {
      logger.warn("dropped a sample of " + what + ": " + message.error().message);
      return;
    }
    on_message(std::move(message).value(), sample);
  };
}

/// Receives messages of a topic. The callback runs on the context's loop until the subscription is
/// destroyed.
template <Message M>
class Subscription {
 public:
  /// Throws as `Publisher`.
  Subscription(Node& node, std::string_view topic, std::function<void(M&&)> on_message,
               const Qos& qos = kDefaultQos)
      : Subscription(node, node.resolve(topic), std::move(on_message), qos, 0) {}

  std::size_t matched_writers() const { return reader_->matched_writers(); }

 private:
  Subscription(Node& node, const std::string& name, std::function<void(M&&)> on_message,
               const Qos& qos, int)
      : reader_(node.make_reader(
            topic_in_dds(name), M::kTypeName, qos,
            read_as<M>(node.logger(), name,
                       [on_message = std::move(on_message)](M&& message, const Sample&) {
                         on_message(std::move(message));
                       }))) {}

  std::unique_ptr<RawReader> reader_;
};

}  // namespace clipdex::dds
