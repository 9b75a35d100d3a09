#include "vectors/snapshot_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "clipdex/error.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"

namespace clipdex::vectors {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

void require_writable_size(const SnapshotKey& key, std::uint64_t rows) {
  const std::size_t dimension = key.model.dimension;
  if (dimension >= 1 && dimension <= kCodedDimensionMax && rows <= kSnapshotRowsMax) return;
  throw Exception(ErrorCode::invalid_argument,
                  fmt::format("no snapshot holds {} vectors of {} numbers", rows, dimension));
}

/// After this a power cut does not undo a rename. Where a folder cannot be synchronised, the old
/// file may come back, whose key the library no longer has.
void synchronise_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

SnapshotWriter::SnapshotWriter(const std::filesystem::path& path, const SnapshotKey& key,
                               std::uint64_t rows, std::filesystem::perms permissions)
    : path_(std::filesystem::absolute(path)), draft_(path_.native() + ".new") {
  require_writable_size(key, rows);
  header_.rows = rows;
  header_.dimension = key.model.dimension;
  header_.generation = key.generation;
  header_.token = key.token;
  header_.model = model_mark(key.model);
  layout_ = snapshot_layout(rows, header_.dimension);
  codes_.resize(code_stride(header_.dimension));
  padded_.resize(float_stride(header_.dimension));
  for (std::size_t i = 0; i < kPlanes; ++i) streams_[i].offset = layout_.offsets[i];

  // What a killed writer left is of no use. Made anew, it cannot be a link to somewhere else.
  ::unlink(draft_.c_str());
  descriptor_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail("write", errno);
  const bool made = ::fchmod(descriptor_, static_cast<mode_t>(permissions) & 0666) == 0 &&
                    ::ftruncate(descriptor_, static_cast<off_t>(layout_.file_bytes)) == 0;
  if (made) return;
  const int error_number = errno;  // No destructor runs where a constructor throws.
  ::close(descriptor_);
  ::unlink(draft_.c_str());
  fail("write", error_number);
}

SnapshotWriter::~SnapshotWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(draft_.c_str());
}

void SnapshotWriter::add(ImageId id, std::span<const float> vector) {
  if (vector.size() != header_.dimension || added_ == header_.rows ||
      (added_ > 0 && id <= last_id_)) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("the vector of image {} does not fit into {} after {} of {} rows",
                                id, path_.native(), added_, header_.rows));
  }
  const float scale = quantise_row(vector, codes_);
  std::ranges::copy(vector, padded_.begin());
  append(Plane::ids, std::as_bytes(std::span(&id, 1)));
  append(Plane::scales, std::as_bytes(std::span(&scale, 1)));
  append(Plane::codes, std::as_bytes(std::span(codes_)));
  append(Plane::floats, std::as_bytes(std::span(padded_)));
  last_id_ = id;
  ++added_;
}

void SnapshotWriter::finish() {
  if (added_ != header_.rows) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("{} of {} rows came for {}", added_, header_.rows, path_.native()));
  }
  for (std::size_t i = 0; i < kPlanes; ++i) {
    flush(streams_[i]);
    header_.checksums[i] = streams_[i].hasher.hash();
  }
  write_at(0, header_.to_bytes());
  // Before the rename: else a power cut could leave a whole header above planes that were lost.
  if (::fsync(descriptor_) != 0) fail("write", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0 ||
      ::rename(draft_.c_str(), path_.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(draft_.c_str());
    fail("write", error_number);
  }
  synchronise_folder(path_.parent_path());
}

void SnapshotWriter::append(Plane plane, std::span<const std::byte> bytes) {
  Stream& stream = streams_[static_cast<std::size_t>(plane)];
  stream.buffer.insert(stream.buffer.end(), bytes.begin(), bytes.end());
  if (stream.buffer.size() >= kBufferBytes) flush(stream);
}

void SnapshotWriter::flush(Stream& stream) {
  stream.hasher.update(stream.buffer);
  write_at(stream.offset, stream.buffer);
  stream.offset += stream.buffer.size();
  stream.buffer.clear();
}

void SnapshotWriter::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void SnapshotWriter::fail(std::string_view action, int error_number) const {
  throw Exception(system_error(action, draft_, error_number));
}

}  // namespace clipdex::vectors
