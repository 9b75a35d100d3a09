/// A participant that is plain Fast DDS, without any of our code: what a stranger in the graph
/// sees.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dds/endpoint.hpp"
#include "dds/graph_messages.hpp"

namespace clipdex::test {

/// What discovery says of an endpoint.
struct SeenEndpoint {
  std::string topic;
  std::string type;
  bool is_writer = false;
  bool is_reliable = false;
  bool is_transient_local = false;
  std::int32_t lifespan_s = 0;  ///< 0: for ever
  bool has_defaults = false;  ///< for all that ROS never sets: liveliness, ownership, deadline, …
  bool announces_a_type = false;  ///< a type object, type information or type id
  bool shares_data = false;
};

/// What discovery says of a participant.
struct SeenParticipant {
  std::string name;
  std::vector<std::uint8_t> user_data;
};

/// Listens to discovery and to `ros_discovery_info` in the domain of the test. Thread-safe.
class Observer {
 public:
  Observer();
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  /// The endpoints that are there now, by identity, without those that DDS needs for itself.
  std::map<dds::Guid, SeenEndpoint> endpoints() const;
  std::map<dds::GuidPrefix, SeenParticipant> participants() const;

  /// Every sample of `ros_discovery_info` so far.
  std::vector<dds::ParticipantEntitiesInfo> announcements() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::test
