/// What a participant says of its nodes to everyone: the list behind `ros2 node list` and `ros2
/// node info`. Source: rmw_dds_common's GraphCache (Humble).
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "dds/endpoint.hpp"
#include "dds/graph_messages.hpp"

namespace clipdex::dds {

/// An identity as the messages of the graph carry it: 16 bytes and 8 of zero.
Gid to_gid(const Guid& guid);

/// The nodes of one participant and their endpoints. Sends the whole list after each change. Once
/// it was cleared it stays empty. Thread-safe.
class Announcement {
 public:
  /// @param send called under a lock, so that a list never overtakes a newer one
  Announcement(const Guid& participant, std::function<void(const Payload&)> send);

  int add_node(const std::string& node_namespace, const std::string& name);

  // What belongs to a node that is not there is no mistake, and nothing is sent.
  void remove_node(int node);
  void add_reader(int node, const Guid& reader);
  void add_writer(int node, const Guid& writer);
  void remove_endpoint(int node, const Guid& endpoint);

  /// Takes out all nodes, for good.
  void clear();

 private:
  void change(int node, const std::function<void(NodeEntitiesInfo&)>& how);
  void send() const;

  const Guid participant_;
  const std::function<void(const Payload&)> send_;
  std::mutex mutex_;
  std::map<int, NodeEntitiesInfo> nodes_;
  int last_node_ = 0;
  bool cleared_ = false;
};

}  // namespace clipdex::dds
