#include "dds/announcement.hpp"

#include <algorithm>
#include <utility>

namespace clipdex::dds {

Gid to_gid(const Guid& guid) {
  Gid gid;
  std::copy(guid.bytes.begin(), guid.bytes.end(), gid.data.begin());
  return gid;
}

Announcement::Announcement(const Guid& participant, std::function<void(const Payload&)> send)
    : participant_(participant), send_(std::move(send)) {}

int Announcement::add_node(const std::string& node_namespace, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (cleared_) return 0;
  nodes_[++last_node_] = {node_namespace, name, {}, {}};
  send();
  return last_node_;
}

void Announcement::remove_node(int node) {
  const std::lock_guard lock(mutex_);
  if (nodes_.erase(node) > 0) send();
}

void Announcement::add_reader(int node, const Guid& reader) {
  change(node, [&](NodeEntitiesInfo& info) { info.reader_gid_seq.push_back(to_gid(reader)); });
}

void Announcement::add_writer(int node, const Guid& writer) {
  change(node, [&](NodeEntitiesInfo& info) { info.writer_gid_seq.push_back(to_gid(writer)); });
}

void Announcement::remove_endpoint(int node, const Guid& endpoint) {
  change(node, [gid = to_gid(endpoint)](NodeEntitiesInfo& info) {
    std::erase(info.reader_gid_seq, gid);
    std::erase(info.writer_gid_seq, gid);
  });
}

void Announcement::clear() {
  const std::lock_guard lock(mutex_);
  nodes_.clear();
  cleared_ = true;
  send();
}

void Announcement::change(int node, const std::function<void(NodeEntitiesInfo&)>& how) {
  const std::lock_guard lock(mutex_);
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return;
  how(found->second);
  send();
}

void Announcement::send() const {
  ParticipantEntitiesInfo info;
  info.gid = to_gid(participant_);
  for (const auto& [number, node] : nodes_) info.node_entities_info_seq.push_back(node);
  send_(serialize(info));
}

}  // namespace clipdex::dds
