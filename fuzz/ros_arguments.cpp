// Any text as the arguments of a node, one a line, up to a line "%"; what follows is a parameter
// file. They are taken or refused with a sentence, and the names that come out are valid.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dds/arguments.hpp"
#include "dds/names.hpp"
#include "dds/parameter_file.hpp"

namespace {

namespace dds = clipdex::dds;

void require(bool condition) {
  if (!condition) std::abort();
}

void use_overrides(const std::vector<dds::ParameterOverride>& overrides) {
  dds::RosArguments arguments;
  arguments.overrides = overrides;
  require(arguments.parameters_of("/robot/clip").size() <= overrides.size());
  for (const dds::ParameterOverride& one : overrides) {
    require(one.node.starts_with('/') && !one.name.empty());
    dds::node_name_matches(one.node, "/a/b/a/b/clip");
  }
}

void use_arguments(const std::vector<std::string>& words) {
  const auto arguments = dds::parse_ros_arguments(words);
  if (!arguments) return require(!arguments.error().message.empty());
  use_overrides(arguments.value().overrides);
  const auto& rules = arguments.value().remaps;
  const auto node = dds::resolve_node_name("clip", "/robot", rules);
  if (!node) return require(!node.error().message.empty());
  require(!dds::fault_in_namespace(node.value().node_namespace));
  arguments.value().level_of(node.value().full());
  for (const char* name : {"a", "~/a", "/a/b"}) {
    const auto resolved = dds::resolve_name(name, node.value(), rules);
    require(!resolved ||
            (resolved.value().starts_with('/') && !dds::fault_in_name(resolved.value())));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> words;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line == "%") break;
    // No input may make this program read files.
    if (line != "--params-file") words.emplace_back(line);
  }
  use_arguments(words);
  const auto overrides = dds::parse_parameter_file(std::string(rest), "input");
  if (overrides) use_overrides(overrides.value());
  return 0;
}
