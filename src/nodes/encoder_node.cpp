#include "nodes/encoder_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>
#include <variant>

#include "base/file.hpp"
#include "nodes/node_process.hpp"

namespace clipdex::nodes {
namespace {

// What is shown of a vector, and used of a text in the name of a file.
constexpr std::size_t kValuesShown = 4;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::int64_t kThreadsMax = 256;

std::optional<std::string> refuse_unless_0_or_1(const dds::ParameterValue& value) {
  const std::int64_t number = std::get<std::int64_t>(value);
  if (number == 0 || number == 1) return std::nullopt;
  return "it must be 0 or 1";
}

bool declare_as_number(dds::Parameters& parameters, std::string_view name, bool default_value,
                       std::string_view text) {
  return parameters.declare<std::int64_t>(name, default_value ? 1 : 0,
                                          {std::string(text), true, refuse_unless_0_or_1}) == 1;
}

bool declare_as_bool(dds::Parameters& parameters, std::string_view name, bool default_value,
                     std::string_view text) {
  return parameters.declare<bool>(name, default_value, {std::string(text), true, {}});
}

std::string shown(const std::string& item, const Embedding& vector) {
  std::string line = fmt::format("{}: {} floats [", printable(item), vector.size());
  for (std::size_t i = 0; i < std::min(kValuesShown, vector.size()); ++i) {
    line += fmt::format("{:.4f}, ", vector[i]);
  }
  return line + "...]\n";
}

}  // namespace

bool declare_switch(dds::Parameters& parameters, std::string_view name, bool default_value,
                    std::string_view text) {
  try {
    return declare_as_bool(parameters, name, default_value, text);
  } catch (const Exception&) {
    return declare_as_number(parameters, name, default_value, text);
  }
}

bool declare_number_switch(dds::Parameters& parameters, std::string_view name, bool default_value,
                           std::string_view text) {
  try {
    return declare_as_number(parameters, name, default_value, text);
  } catch (const Exception&) {
    return declare_as_bool(parameters, name, default_value, text);
  }
}

EncoderParameters declare_encoder_parameters(dds::Parameters& parameters) {
  EncoderParameters values;
  values.is_service = parameters.declare<std::int64_t>(
                          "feed_type", 0,
                          {"0: encode what the parameters name, and end; 1: serve the action", true,
                           refuse_unless_0_or_1}) == 1;
  values.dump_result = declare_switch(parameters, "dump_result", false,
                                      "with feed_type 0, write each vector to a .bin file");
  values.model_file_name = parameters.declare<std::string>(
      "model_file_name", "",
      {"a CLIP model package, its name, or an ONNX file inside one; empty: the demo model",
       true,
       {}});
  const std::int64_t threads = parameters.declare<std::int64_t>(
      "threads", 0,
      {"how many threads encode; 0: one a core", true,
       [](const dds::ParameterValue& value) -> std::optional<std::string> {
         const std::int64_t number = std::get<std::int64_t>(value);
         if (number >= 0 && number <= kThreadsMax) return std::nullopt;
         return fmt::format("it must be from 0 to {}", kThreadsMax);
       }});
  values.threads = threads > 0 ? static_cast<std::size_t>(threads)
                               : std::max(1U, std::thread::hardware_concurrency());
  return values;
}

int encode_locally(const std::vector<std::string>& items, ItemEncoder& encoder, dds::Logger& logger,
                   const std::filesystem::path& dump_directory) {
  int status = kDone;
  const std::vector<Result<Embedding>> results = encoder.encode(items);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) {
      logger.error(results[i].error().message);
      status = kSomeFailedOrStopped;
      continue;
    }
    const Embedding& vector = results[i].value();
    print_result(shown(items[i], vector));
    if (dump_directory.empty()) continue;
    const auto file = dump_directory / dump_name(encoder.kind(), items[i]);
    (void)write_file_atomically(file, std::as_bytes(std::span(vector))).value_or_throw();
    logger.info("wrote " + file.lexically_normal().native());
  }
  return status;
}

std::string dump_name(ItemEncoder::Kind kind, std::string_view item) {
  if (kind == ItemEncoder::Kind::image) {
    return "clip_image_" + std::filesystem::path(item).stem().native() + ".bin";
  }
  std::string name(item.substr(0, kNameBytesMax));
  for (char& c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (!is_plain) c = '_';
  }
  return "clip_text_" + name + ".bin";
}

}  // namespace clipdex::nodes
