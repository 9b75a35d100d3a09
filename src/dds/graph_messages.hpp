/// What a participant says of its nodes on the topic `ros_discovery_info`: package rmw_dds_common
/// as of ROS 2 Humble, where an identity takes 24 bytes (16 since Iron).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "dds/cdr.hpp"

namespace clipdex::dds {

/// rmw_dds_common/msg/Gid: 12 bytes of participant, 4 of entity, 8 of zero.
struct Gid {
  std::array<std::uint8_t, 24> data{};
  static constexpr auto kFields = std::tuple(&Gid::data);
  friend auto operator<=>(const Gid&, const Gid&) = default;
};

/// rmw_dds_common/msg/NodeEntitiesInfo: one node with every endpoint that belongs to it.
struct NodeEntitiesInfo {
  std::string node_namespace;  ///< "/" or "/a/b", at most 256 bytes
  std::string node_name;       ///< at most 256 bytes
  std::vector<Gid> reader_gid_seq;
  std::vector<Gid> writer_gid_seq;
  static constexpr auto kFields =
      std::tuple(&NodeEntitiesInfo::node_namespace, &NodeEntitiesInfo::node_name,
                 &NodeEntitiesInfo::reader_gid_seq, &NodeEntitiesInfo::writer_gid_seq);
};

/// rmw_dds_common/msg/ParticipantEntitiesInfo: the whole list, sent again after every change; an
/// empty one says that the participant has no node any more.
struct ParticipantEntitiesInfo {
  static constexpr const char* kTypeName = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";
  Gid gid;  ///< of the participant itself, entity 00 00 01 c1
  std::vector<NodeEntitiesInfo> node_entities_info_seq;
  static constexpr auto kFields =
      std::tuple(&ParticipantEntitiesInfo::gid, &ParticipantEntitiesInfo::node_entities_info_seq);
};

}  // namespace clipdex::dds
