/// The connection of a process to the ROS 2 graph: one DDS participant, and the announcement of its
/// nodes on `ros_discovery_info`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dds/endpoint.hpp"
#include "dds/event_loop.hpp"

namespace clipdex::dds {

/// Where on the network a process takes part.
struct ContextOptions {
  std::uint32_t domain_id = 0;  ///< 0 to 232
  bool localhost_only = false;  ///< speak over the loopback interface alone
};

/// The options that ROS_DOMAIN_ID and ROS_LOCALHOST_ONLY ask for, as rmw reads them. Throws
/// `invalid_argument` for a domain that is no number from 0 to 232. Fast DDS itself reads
/// FASTRTPS_DEFAULT_PROFILES_FILE, ROS_DISCOVERY_SERVER and its other variables.
ContextOptions options_from_environment();

/// One DDS participant. It must outlive its nodes and everything made from them.
///
/// Threads: everything may be called from any thread. Callbacks of every endpoint run on `loop()`.
/// At its end the context announces that it has no node any more, and leaves the graph.
class Context {
 public:
  /// Throws `internal` when the participant cannot be made; the message says why.
  explicit Context(const ContextOptions& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  EventLoop& loop() noexcept;

  /// The participant's identity, entity 00 00 01 c1.
  const Guid& guid() const noexcept;

  /// Makes an endpoint of a DDS topic and announces it as one of the node's. See endpoint.hpp.
  /// `node` is what `add_node` gave. Throws `internal` when DDS refuses.
  std::unique_ptr<RawWriter> make_writer(int node, const std::string& topic,
                                         const std::string& type, const Qos& qos,
                                         RawWriter::OnMatch on_match = {});
  std::unique_ptr<RawReader> make_reader(int node, const std::string& topic,
                                         const std::string& type, const Qos& qos,
                                         RawReader::OnSample on_sample);

  /// Adds a node to the announcement; `remove_node` takes it out again.
  int add_node(const std::string& node_namespace, const std::string& name);
  void remove_node(int node);

  /// Waits until `condition` holds; it is looked at again each time that one of this context's
  /// endpoints found or lost a peer. Not to be called on the loop. @return whether it holds
  bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds wait_max) const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace clipdex::dds
