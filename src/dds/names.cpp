#include "dds/names.hpp"

#include <algorithm>
#include <vector>

namespace clipdex::dds {
namespace {

// The limits of rmw (rmw/validate_*.h): DDS takes 255 bytes, prefixes and suffixes included.
constexpr std::size_t kTopicBytesMax = 247;
constexpr std::size_t kNodeNameBytesMax = 255;
constexpr std::size_t kNamespaceBytesMax = 245;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_token_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::optional<std::string> fault_in_token(std::string_view token) {
  if (token.empty()) return "a part of it is empty";
  if (is_digit(token[0])) return "a part of it begins with a digit";
  if (!std::all_of(token.begin(), token.end(), is_token_character)) {
    return "it holds something else than letters, digits and underscores";
  }
  return std::nullopt;
}

/// The parts between slashes; one slash at the front is no part.
std::vector<std::string_view> parts_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::optional<std::string> fault_in_path(std::string_view path) {
  for (const std::string_view part : parts_of(path)) {
    if (auto fault = fault_in_token(part)) return fault;
  }
  return std::nullopt;
}

std::optional<std::string> fault_in_size(std::string_view name, std::size_t bytes_max) {
  if (name.size() <= bytes_max) return std::nullopt;
  return "it is longer than " + std::to_string(bytes_max) + " bytes";
}

Error invalid(std::string_view name, std::string_view what, const std::string& fault) {
  return {ErrorCode::invalid_argument,
          "'" + std::string(name) + "' is no valid " + std::string(what) + ": " + fault};
}

bool is_for(const RemapRule& rule, std::string_view node) {
  return rule.node.empty() || rule.node == node;
}

/// The absolute form of a valid name.
std::string expanded(std::string_view name, const NodeName& node) {
  if (name.starts_with('/')) return std::string(name);
  if (name.starts_with('~')) return node.full() + std::string(name.substr(1));
  return NodeName{node.node_namespace, std::string(name)}.full();
}

}  // namespace

std::string NodeName::full() const {
  return (node_namespace == "/" ? "" : node_namespace) + "/" + name;
}

std::optional<std::string> fault_in_name(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name == "~") return std::nullopt;
  if (name.starts_with("~/")) name.remove_prefix(1);
  return fault_in_path(name);
}

std::optional<std::string> fault_in_node_name(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (auto fault = fault_in_token(name)) return fault;
  return fault_in_size(name, kNodeNameBytesMax);
}

std::optional<std::string> fault_in_namespace(std::string_view node_namespace) {
  if (!node_namespace.starts_with('/')) return "it does not begin with a slash";
  if (node_namespace == "/") return std::nullopt;
  if (auto fault = fault_in_path(node_namespace)) return fault;
  return fault_in_size(node_namespace, kNamespaceBytesMax);
}

Result<NodeName> resolve_node_name(std::string_view name, std::string_view node_namespace,
                                   std::span<const RemapRule> rules) {
  NodeName node{std::string(node_namespace), std::string(name)};
  if (!node_namespace.starts_with('/')) node.node_namespace.insert(0, 1, '/');
  const auto name_rule = std::find_if(rules.begin(), rules.end(), [&](const RemapRule& rule) {
    return (rule.from == "__node" || rule.from == "__name") && is_for(rule, name);
  });
  if (name_rule != rules.end()) node.name = name_rule->to;
  const auto space_rule = std::find_if(rules.begin(), rules.end(), [&](const RemapRule& rule) {
    return rule.from == "__ns" && is_for(rule, node.name);
  });
  if (space_rule != rules.end()) node.node_namespace = space_rule->to;

  if (const auto fault = fault_in_node_name(node.name)) {
    return invalid(node.name, "name of a node", *fault);
  }
  if (const auto fault = fault_in_namespace(node.node_namespace)) {
    return invalid(node.node_namespace, "namespace of a node", *fault);
  }
  return node;
}

Result<std::string> resolve_name(std::string_view name, const NodeName& node,
                                 std::span<const RemapRule> rules) {
  constexpr std::string_view kWhat = "name of a topic, service or action";
  if (const auto fault = fault_in_name(name)) return invalid(name, kWhat, *fault);
  std::string resolved = expanded(name, node);
  for (const RemapRule& rule : rules) {
    if (!is_for(rule, node.name) || rule.from.empty() || rule.from.starts_with("__")) continue;
    if (expanded(rule.from, node) != resolved) continue;
    if (const auto fault = fault_in_name(rule.to)) return invalid(rule.to, kWhat, *fault);
    resolved = expanded(rule.to, node);
    break;
  }
  if (const auto fault = fault_in_size(resolved, kTopicBytesMax)) {
    return invalid(resolved, kWhat, *fault);
  }
  return resolved;
}

bool node_name_matches(std::string_view pattern, std::string_view node) {
  const std::vector<std::string_view> wanted = parts_of(pattern);
  const std::vector<std::string_view> parts = parts_of(node);
  std::size_t w = 0;
  std::size_t p = 0;
  // Where to go on when a guess fails: after the last `**`, which then takes one part more.
  std::optional<std::pair<std::size_t, std::size_t>> retry;
  while (p < parts.size()) {
    if (w < wanted.size() && wanted[w] == "**") {
      retry = {++w, p};
    } else if (w < wanted.size() && (wanted[w] == "*" || wanted[w] == parts[p])) {
      ++w;
      ++p;
    } else if (retry) {
      w = retry->first;
      p = ++retry->second;
    } else {
      return false;
    }
  }
  while (w < wanted.size() && wanted[w] == "**") ++w;
  return w == wanted.size();
}

std::string topic_in_dds(std::string_view name) { return "rt" + std::string(name); }

std::string request_in_dds(std::string_view service) {
  return "rq" + std::string(service) + "Request";
}

std::string reply_in_dds(std::string_view service) { return "rr" + std::string(service) + "Reply"; }

}  // namespace clipdex::dds
