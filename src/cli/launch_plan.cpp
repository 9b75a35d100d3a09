#include "cli/launch_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <map>
#include <system_error>

#include "clipdex/error.hpp"

namespace clipdex::cli {
namespace fs = std::filesystem;
namespace {

struct Argument {
  const char* name;
  const char* default_value;
  const char* text;
};

// The first seven are those of the TogetheROS box.
constexpr std::array kArguments{
    Argument{"clip_mode", "0", "0: put images into the library, 1: search it"},
    Argument{"clip_db_file", "clip.db", "the library"},
    Argument{"clip_storage_folder", "", "mode 0: the folder of images"},
    Argument{"clip_result_folder", "result", "mode 1: gets links to the hits, and a page"},
    Argument{"clip_text", "a diagram", "mode 1: what to look for"},
    Argument{"clip_topk", "10", "mode 1: how many hits at most"},
    Argument{"clip_image_model_file_name", "", "a model package; empty: the demo model"},
    Argument{"clip_text_model_file_name", "", "empty: that of the image encoder"},
    Argument{"clip_image", "", "mode 1: an image file to search by, instead of clip_text"},
};

// The encoders are watched, so only their loading takes time; large models need more than a minute
// from a cold disk.
constexpr const char* kTimeout = "timeout_s:=120.0";

using Values = std::map<std::string, std::string, std::less<>>;

Values read_arguments(std::span<const std::string> words) {
  Values values;
  for (const Argument& argument : kArguments) values[argument.name] = argument.default_value;
  for (const std::string& word : words) {
    const std::size_t sign = word.find(":=");
    const auto known = values.find(std::string_view(word).substr(0, sign));
    if (sign == std::string::npos || known == values.end()) {
      throw Exception(ErrorCode::invalid_argument,
                      fmt::format("'{}' is no launch argument; there are:\n{}", word,
                                  describe_launch_arguments()));
    }
    known->second = word.substr(sign + 2);
  }
  if (values["clip_text_model_file_name"].empty()) {
    values["clip_text_model_file_name"] = values["clip_image_model_file_name"];
  }
  if (values["clip_mode"] != "0" && values["clip_mode"] != "1") {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("clip_mode is '{}'; it must be 0 or 1", values["clip_mode"]));
  }
  return values;
}

/// A node's command line from parameters as YAML.
std::vector<std::string> ros_arguments(const std::vector<std::string>& parameters) {
  std::vector<std::string> words{"--ros-args"};
  for (const std::string& parameter : parameters) {
    words.emplace_back("-p");
    words.push_back(parameter);
  }
  return words;
}

}  // namespace

std::string describe_launch_arguments() {
  std::string text;
  for (const Argument& argument : kArguments) {
    text +=
        fmt::format("  {:<35} {}\n", fmt::format("{}:={}", argument.name, argument.default_value),
                    argument.text);
  }
  text.pop_back();
  return text;
}

std::string text_parameter(std::string_view name, std::string_view value) {
  std::string quoted;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return fmt::format("{}:=\"{}\"", name, quoted);
}

std::string find_node(const fs::path& program_directory, std::string_view package,
                      std::string_view executable) {
  std::vector<fs::path> places{program_directory / executable};
  const char* const prefixes = std::getenv("AMENT_PREFIX_PATH");
  std::string_view rest = prefixes == nullptr ? "" : prefixes;
  while (!rest.empty()) {
    const std::string_view prefix = rest.substr(0, rest.find(':'));
    if (!prefix.empty()) places.push_back(fs::path(prefix) / "lib" / package / executable);
    rest.remove_prefix(std::min(rest.size(), prefix.size() + 1));
  }
  for (const fs::path& place : places) {
    std::error_code error;
    if (fs::is_regular_file(place, error)) return place.native();
  }
  throw Exception(ErrorCode::not_found,
                  fmt::format("the node {} is not installed; it belongs to {}, or into a ROS 2 "
                              "workspace whose setup file was sourced",
                              executable, places.front().native()));
}

std::vector<Child> plan_launch(std::span<const std::string> arguments, const FindNode& find) {
  const Values values = read_arguments(arguments);
  const auto value = [&](std::string_view name) { return values.find(name)->second; };
  const bool is_by_text = value("clip_mode") == "1" && value("clip_image").empty();
  const auto encoder = [&](std::string_view model) {
    return ros_arguments({"feed_type:=1", text_parameter("model_file_name", value(model))});
  };
  std::vector<std::string> manager{"mode:=" + value("clip_mode"),
                                   text_parameter("db_file", value("clip_db_file")),
                                   text_parameter("storage_folder", value("clip_storage_folder")),
                                   text_parameter("result_folder", value("clip_result_folder")),
                                   text_parameter("text", value("clip_text")),
                                   text_parameter("image", value("clip_image")),
                                   "topk:=" + value("clip_topk"),
                                   kTimeout};
  return {{"clip_encode_image-1", find("clip_encode_image", "clip_encode_image"),
           encoder("clip_image_model_file_name"), !is_by_text},
          {"clip_encode_text_node-2", find("clip_encode_text", "clip_encode_text_node"),
           encoder("clip_text_model_file_name"), is_by_text},
          {"clip_manage-3", find("clip_manage", "clip_manage"), ros_arguments(manager), false}};
}

}  // namespace clipdex::cli
