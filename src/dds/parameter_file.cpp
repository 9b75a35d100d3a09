#include "dds/parameter_file.hpp"

#include <utility>

#include "base/file.hpp"
#include "dds/names.hpp"
#include "dds/yaml_value.hpp"

namespace clipdex::dds {
namespace {

// An alias can make a small file a tree without end; no honest file comes near these.
constexpr int kDepthMax = 32;
constexpr std::size_t kEntriesMax = 10'000;

constexpr std::string_view kParametersKey = "ros__parameters";

/// Whether a part of a node's name in a file is a wildcard or a valid token.
bool is_valid_part(std::string_view part) {
  return part == "*" || part == "**" || !fault_in_node_name(part);
}

/// Walks the tree of one file. Throws the `Exception` that explains what is wrong.
class ParameterFileReader {
 public:
  explicit ParameterFileReader(std::string file) : file_(std::move(file)) {}

  std::vector<ParameterOverride> read(const YAML::Node& root) {
    if (!root.IsDefined() || root.IsNull()) return {};
    read_nodes(root, "", 0);
    return std::move(overrides_);
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) const {
    throw Exception(ErrorCode::corrupt,
                    file_ + ", line " + std::to_string(mark.line + 1) + ": " + why);
  }

 private:
  /// The levels above `ros__parameters`, each one or more parts of a node's name.
  void read_nodes(const YAML::Node& map, const std::string& node, int depth) {
    if (!map.IsMap()) {
      refuse(map.Mark(),
             "expected a map of node names that leads to " + std::string(kParametersKey));
    }
    for (const auto& entry : map) {
      const std::string key = key_of(entry.first, depth);
      if (key == kParametersKey) {
        if (node.empty()) refuse(entry.first.Mark(), key + " must stand below a node's name");
        read_parameters(entry.second, node, "", depth + 1);
      } else {
        read_nodes(entry.second, node + node_path(key, entry.first.Mark()), depth + 1);
      }
    }
  }

  /// The levels below `ros__parameters`.
  void read_parameters(const YAML::Node& map, const std::string& node, const std::string& prefix,
                       int depth) {
    if (map.IsNull()) return;
    if (!map.IsMap()) refuse(map.Mark(), "expected a map of parameters");
    for (const auto& entry : map) {
      const std::string name = prefix + key_of(entry.first, depth);
      if (entry.second.IsMap()) {
        read_parameters(entry.second, node, name + ".", depth + 1);
        continue;
      }
      Result<ParameterValue> value = value_of_yaml(entry.second);
      if (!value) {
        refuse(entry.first.Mark(), "the parameter '" + name + "' is " + value.error().message);
      }
      overrides_.push_back({node, name, std::move(value).value()});
    }
  }

  std::string key_of(const YAML::Node& key, int depth) {
    if (!key.IsScalar() || key.Scalar().empty()) refuse(key.Mark(), "a name must be plain text");
    if (depth > kDepthMax || ++entries_ > kEntriesMax) {
      refuse(key.Mark(), "the file holds too much; at most " + std::to_string(kEntriesMax) +
                             " names in " + std::to_string(kDepthMax) + " levels are read");
    }
    return key.Scalar();
  }

  /// "/a/b" for "/a/b" and for "a/b".
  std::string node_path(const std::string& key, const YAML::Mark& mark) const {
    std::string path = key.starts_with('/') ? key : "/" + key;
    for (std::size_t at = 0; at < path.size();) {
      const std::size_t end = std::min(path.find('/', at + 1), path.size());
      if (!is_valid_part(std::string_view(path).substr(at + 1, end - at - 1))) {
        refuse(mark, "'" + key + "' is no name of a node");
      }
      at = end;
    }
    return path;
  }

  const std::string file_;
  std::vector<ParameterOverride> overrides_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<std::vector<ParameterOverride>> parse_parameter_file(const std::string& yaml,
                                                            const std::string& file) {
  ParameterFileReader reader(file);
  try {
    try {
      return reader.read(YAML::Load(yaml));
    } catch (const YAML::Exception& error) {
      reader.refuse(error.mark, "no YAML: " + error.msg);
    }
  } catch (const Exception& refused) {
    return refused.error();
  }
}

Result<std::vector<ParameterOverride>> read_parameter_file(const std::string& file) {
  Result<FileContent> content = read_file(file, kParameterFileBytesMax);
  if (!content) return content.error();
  const auto& bytes = content.value().bytes;
  return parse_parameter_file(
      std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), file);
}

}  // namespace clipdex::dds
