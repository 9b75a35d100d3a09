#include "model/graph_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <map>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "model/onnx_file.hpp"

namespace clipdex::model {
namespace {

/// A file that is being written; closed in any case.
class Output {
 public:
  explicit Output(std::filesystem::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { ::close(descriptor_); }

  void write(std::string_view bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void pad_to_page() {
    const std::size_t over = size_ % kWeightAlignment;
    if (over != 0) write(std::string(kWeightAlignment - over, '\0'));
  }

  void make_safe() {
    if (::fsync(descriptor_) != 0) fail();
  }

  std::size_t size() const { return size_; }

 private:
  [[noreturn]] void fail() const { throw Exception(system_error("write", path_, errno)); }

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
};

/// Calls `visit` for the initialisers and for the tensors of constant nodes.
template <class Visit>
void for_each_tensor(onnx::ModelProto& model, Visit visit) {
  onnx::GraphProto& graph = *model.mutable_graph();
  for (onnx::TensorProto& tensor : *graph.mutable_initializer()) visit(tensor);
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) visit(*attribute.mutable_t());
    }
  }
}

std::size_t number_in(const std::string& text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Maps each file of weights once, and copies tensors out of it.
class ExternalWeights {
 public:
  explicit ExternalWeights(const std::filesystem::path& graph) : graph_(graph) {}

  void load(onnx::TensorProto& tensor) {
    std::string location;
    std::size_t offset = 0;
    std::size_t length = 0;
    bool has_length = false;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number_in(entry.value());
      if (entry.key() == "length") {
        length = number_in(entry.value());
        has_length = true;
      }
    }
    const auto bytes = file(location).bytes();
    if (offset > bytes.size()) fail(tensor, location);
    if (!has_length) length = bytes.size() - offset;
    if (length > bytes.size() - offset) fail(tensor, location);
    tensor.set_raw_data(bytes.data() + offset, length);
    tensor.clear_external_data();
    tensor.clear_data_location();
  }

 private:
  const MappedFile& file(const std::string& location) {
    const auto found = files_.find(location);
    if (found != files_.end()) return found->second;
    auto mapped = MappedFile::open(graph_.parent_path() / location).value_or_throw();
    return files_.emplace(location, std::move(mapped)).first->second;
  }

  [[noreturn]] void fail(const onnx::TensorProto& tensor, const std::string& location) const {
    throw Exception(
        ErrorCode::corrupt,
        fmt::format("{} ends before the weights \"{}\" that {} keeps in it; download "
                    "the model again, with all its files",
                    (graph_.parent_path() / location).native(), tensor.name(), graph_.native()));
  }

  const std::filesystem::path& graph_;
  std::map<std::string, MappedFile> files_;
};

void move_out(onnx::TensorProto& tensor, const std::string& location, std::size_t offset) {
  const auto add = [&tensor](const char* key, std::string value) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(std::move(value));
  };
  add("location", location);
  add("offset", std::to_string(offset));
  add("length", std::to_string(tensor.raw_data().size()));
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
}

}  // namespace

onnx::ModelProto read_graph_file(const std::filesystem::path& path) {
  // The walker refuses broken files and weights outside of the directory, each with its sentence.
  (void)read_onnx_file(path).value_or_throw();
  const MappedFile mapped = MappedFile::open(path).value_or_throw();
  const auto bytes = mapped.bytes();
  if (bytes.size() > INT_MAX) {
    throw Exception(ErrorCode::too_large,
                    fmt::format("{} has {} bytes, and an ONNX file has less than 2 GiB without its "
                                "weights; export it with external data",
                                path.native(), bytes.size()));
  }
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw Exception(
        ErrorCode::corrupt,
        fmt::format("{} is not a complete ONNX file; download it again", path.native()));
  }
  ExternalWeights weights(path);
  for_each_tensor(model, [&](onnx::TensorProto& tensor) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) weights.load(tensor);
  });
  return model;
}

void write_graph_file(onnx::ModelProto model, const std::filesystem::path& path,
                      FilePurpose purpose) {
  std::filesystem::path data_path = path;
  data_path += ".data";
  const std::string location = data_path.filename().native();
  Output data(data_path);
  for_each_tensor(model, [&](onnx::TensorProto& tensor) {
    if (!tensor.has_raw_data() || tensor.raw_data().size() < kExternalBytesMin) return;
    data.pad_to_page();
    const std::size_t offset = data.size();
    data.write(tensor.raw_data());
    move_out(tensor, location, offset);
  });
  Output graph(path);
  graph.write(model.SerializeAsString());
  if (purpose == FilePurpose::scratch) return;
  data.make_safe();
  graph.make_safe();
}

}  // namespace clipdex::model
