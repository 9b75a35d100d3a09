#include "model/onnx_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "base/file.hpp"

namespace clipdex::model {
namespace {

constexpr int kSubgraphDepthMax = 16;

// Field numbers of onnx.proto, under the names of their messages.
constexpr std::uint32_t kModelGraph = 7;
constexpr std::uint32_t kGraphNode = 1, kGraphInitializer = 5, kGraphInput = 11;
constexpr std::uint32_t kNodeAttribute = 5;
constexpr std::uint32_t kAttributeTensor = 5, kAttributeGraph = 6;
constexpr std::uint32_t kAttributeTensors = 10, kAttributeGraphs = 11;
constexpr std::uint32_t kTensorExternalData = 13;
constexpr std::uint32_t kEntryKey = 1, kEntryValue = 2;
constexpr std::uint32_t kValueName = 1, kValueType = 2;
constexpr std::uint32_t kTypeTensor = 1, kTensorShape = 2, kShapeDim = 1, kDimValue = 1;

/// Thrown on bytes that are no protobuf; the caller adds the file's name.
struct Malformed {};

struct Field {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes;   ///< of a length-delimited field
};

/// Steps through the fields of one message.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}

  /// The next field, or nothing at the end.
  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t tag = varint();
    Field field{.number = static_cast<std::uint32_t>(tag >> 3), .value = 0, .bytes = {}};
    if (field.number == 0) throw Malformed{};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        throw Malformed{};
    }
    return field;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    throw Malformed{};
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) throw Malformed{};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

/// Gathers what is wanted from one model.
class Walker {
 public:
  OnnxFile walk(std::string_view model) {
    bool has_graph = false;
    Message message(model);
    while (const auto field = message.next()) {
      if (field->number != kModelGraph) continue;
      has_graph = true;
      graph(field->bytes, 0);
    }
    if (!has_graph) throw Malformed{};
    auto& files = found_.external_data;
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return std::move(found_);
  }

 private:
  void graph(std::string_view bytes, int depth) {
    if (depth > kSubgraphDepthMax) throw Malformed{};
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kGraphNode) node(field->bytes, depth);
      if (field->number == kGraphInitializer) tensor(field->bytes);
      if (field->number == kGraphInput && depth == 0) input(field->bytes);
    }
  }

  void node(std::string_view bytes, int depth) {
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kNodeAttribute) attribute(field->bytes, depth);
    }
  }

  void attribute(std::string_view bytes, int depth) {
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kAttributeTensor || field->number == kAttributeTensors) {
        tensor(field->bytes);
      }
      if (field->number == kAttributeGraph || field->number == kAttributeGraphs) {
        graph(field->bytes, depth + 1);
      }
    }
  }

  void tensor(std::string_view bytes) {
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kTensorExternalData) external_entry(field->bytes);
    }
  }

  void external_entry(std::string_view bytes) {
    std::string_view key;
    std::string_view value;
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kEntryKey) key = field->bytes;
      if (field->number == kEntryValue) value = field->bytes;
    }
    if (key != "location") return;
    // Thousands of tensors share one file: most entries repeat the one before.
    std::filesystem::path location(value);
    auto& files = found_.external_data;
    if (files.empty() || files.back() != location) files.push_back(std::move(location));
  }

  void input(std::string_view bytes) {
    GraphInput input;
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kValueName) input.name = field->bytes;
      if (field->number == kValueType) type(field->bytes, input);
    }
    found_.inputs.push_back(std::move(input));
  }

  /// TypeProto → Tensor → TensorShapeProto → Dimension, each inside the one before.
  void type(std::string_view bytes, GraphInput& input) {
    for (const auto tensor_type : all(bytes, kTypeTensor)) {
      for (const auto shape : all(tensor_type, kTensorShape)) {
        for (const auto dim : all(shape, kShapeDim)) input.dims.push_back(dimension(dim));
      }
    }
  }

  static std::vector<std::string_view> all(std::string_view bytes, std::uint32_t number) {
    std::vector<std::string_view> parts;
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == number) parts.push_back(field->bytes);
    }
    return parts;
  }

  static std::optional<std::int64_t> dimension(std::string_view bytes) {
    std::optional<std::int64_t> value;
    Message message(bytes);
    while (const auto field = message.next()) {
      if (field->number == kDimValue) value = static_cast<std::int64_t>(field->value);
    }
    return value;
  }

  OnnxFile found_;
};

/// External data lies beside the graph or below it, or not at all: a model must not name other
/// files.
bool stays_inside(const std::filesystem::path& location) {
  const std::filesystem::path normal = location.lexically_normal();
  return !location.empty() && location.is_relative() && *normal.begin() != "..";
}

}  // namespace

Result<OnnxFile> read_onnx_file(const std::filesystem::path& path) {
  Result<MappedFile> mapped = MappedFile::open(path);
  if (!mapped) return mapped.error();
  const std::span<const std::byte> bytes = mapped.value().bytes();
  OnnxFile file;
  try {
    file = Walker().walk({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const Malformed&) {
    return Error{ErrorCode::corrupt,
                 fmt::format("{} is not a complete ONNX file; download it again", path.native())};
  }
  for (const auto& location : file.external_data) {
    if (stays_inside(location)) continue;
    return Error{ErrorCode::corrupt,
                 fmt::format("{} keeps weights in \"{}\", outside its own directory, which is "
                             "refused; use another copy of the model",
                             path.native(), location.native())};
  }
  return file;
}

}  // namespace clipdex::model
