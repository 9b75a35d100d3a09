/// ROS 2 names: what is a valid one, how a relative one becomes absolute, and what it is called in
/// DDS. Source: design.ros2.org/articles/topic_and_service_names.html.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clipdex/error.hpp"
#include "dds/arguments.hpp"

namespace clipdex::dds {

/// A node's place: namespace "/" or "/a/b", and name.
struct NodeName {
  std::string node_namespace = "/";
  std::string name;
  std::string full() const;  ///< "/a/b/name"
};

/// The name of a node after `__node` and `__ns` rules; as in rcl, a rule for one node's namespace
/// names the node as the `__node` rule left it. A namespace without its first slash gets one.
/// Errors: `invalid_argument` for a name with other characters than letters, digits and `_`, or
/// that begins with a digit.
Result<NodeName> resolve_node_name(std::string_view name, std::string_view node_namespace,
                                   std::span<const RemapRule> rules);

/// The absolute name of a topic, service or action: `~/x` below the node, `x` in its namespace,
/// `/x` as it is; then the first rule that names it. Errors: `invalid_argument`, with the name.
Result<std::string> resolve_name(std::string_view name, const NodeName& node,
                                 std::span<const RemapRule> rules);

/// What is wrong with a name of a topic, service or action, with the name of a node, or with an
/// absolute namespace; the end of a sentence such as "it begins with a digit". Nothing: it is
/// valid.
std::optional<std::string> fault_in_name(std::string_view name);
std::optional<std::string> fault_in_node_name(std::string_view name);
std::optional<std::string> fault_in_namespace(std::string_view node_namespace);

/// Whether a fully qualified node name matches a pattern of a parameter file, in which `*` stands
/// for one part between slashes and `**` for any number of them. A pattern may lack the first
/// slash.
bool node_name_matches(std::string_view pattern, std::string_view node);

/// Names in DDS: rt/NAME; rq/NAMERequest; rr/NAMEReply.
std::string topic_in_dds(std::string_view name);
std::string request_in_dds(std::string_view service);
std::string reply_in_dds(std::string_view service);

}  // namespace clipdex::dds
