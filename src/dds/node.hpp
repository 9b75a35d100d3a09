/// A ROS 2 node: a name in the graph that owns endpoints, parameters and a logger.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dds/arguments.hpp"
#include "dds/context.hpp"
#include "dds/names.hpp"

namespace clipdex::dds {

class Logger;
struct LogRecord;
class Parameters;

/// A node. Offers what `ros2 node info` expects of every node: /rosout, /parameter_events and the
/// six parameter services. Must outlive everything made from it. Thread-safe.
class Node {
 public:
  /// Joins the graph under `default_name` in the namespace "/", unless remapping rules say
  /// otherwise. Throws `invalid_argument` for a name that cannot be.
  /// @param arguments copied
  /// @param sinks get every line of the node's log, beside /rosout; see logger.hpp
  Node(Context& context, std::string_view default_name, const RosArguments& arguments,
       std::vector<std::function<void(const LogRecord&)>> sinks = {});
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const NodeName& name() const noexcept;
  Context& context() noexcept;
  EventLoop& loop() noexcept;
  Logger& logger() noexcept;
  Parameters& parameters() noexcept;

  /// The absolute, remapped name of a topic, service or action. Throws `invalid_argument`.
  std::string resolve(std::string_view name) const;

  /// Endpoints of a DDS topic that belong to this node.
  std::unique_ptr<RawWriter> make_writer(const std::string& dds_topic, const std::string& type,
                                         const Qos& qos, RawWriter::OnMatch on_match = {});
  std::unique_ptr<RawReader> make_reader(const std::string& dds_topic, const std::string& type,
                                         const Qos& qos, RawReader::OnSample on_sample);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::dds
