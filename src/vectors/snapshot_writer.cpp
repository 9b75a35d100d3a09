#include "vectors/snapshot_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

#include "base/file.hpp"
#include "clipdex/error.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/rotation.hpp"
#include "vectors/signs.hpp"

namespace clipdex::vectors {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

// Any number does; the same one makes the same file of the same rows.
constexpr std::uint64_t kRotationSeed = 0x43'6C44'7856'6563;

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
  header_.rotation_seed = kRotationSeed;
  header_.token = key.token;
  header_.model = model_mark(key.model);
  layout_ = snapshot_layout(rows, header_.dimension);
  codes_.resize(code_stride(header_.dimension));
  padded_.resize(float_stride(header_.dimension));
  sums_.resize(header_.dimension);
  for (std::size_t i = 0; i < kPlanes; ++i) streams_[i].offset = layout_.offsets[i];

  // What a killed writer left is of no use. Made anew, it cannot be a link to somewhere else.
  ::unlink(draft_.c_str());
  descriptor_ = ::open(draft_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
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
  if (std::isfinite(scale)) {
    for (std::size_t j = 0; j < vector.size(); ++j) sums_[j] += double{vector[j]};
    ++finite_rows_;
  }
  last_id_ = id;
  ++added_;
}

void SnapshotWriter::finish() {
  if (added_ != header_.rows) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("{} of {} rows came for {}", added_, header_.rows, path_.native()));
  }
  flush(stream(Plane::floats));
  write_signs();
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

std::vector<float> SnapshotWriter::mean() const {
  std::vector<float> mean(code_stride(header_.dimension));
  if (finite_rows_ == 0) return mean;
  for (std::size_t j = 0; j < sums_.size(); ++j) {
    mean[j] = static_cast<float>(sums_[j] / static_cast<double>(finite_rows_));
  }
  return mean;
}

void SnapshotWriter::write_signs() {
  const std::vector<float> mean = this->mean();
  append(Plane::mean, std::as_bytes(std::span(mean)));
  const Rotation rotation(header_.dimension, header_.rotation_seed);
  const std::size_t stride = padded_.size();
  const std::size_t row_bytes = stride * sizeof(float);
  const std::size_t rows_at_once =
      rows_in_blocks(std::max<std::size_t>(kBufferBytes / row_bytes, 1));
  std::vector<float> rows(rows_at_once * stride);
  std::vector<float> centred(rotation.size());
  std::vector<std::uint64_t> block(kRowsPerBlock * sign_words(header_.dimension));
  std::array<float, kRowsPerBlock> scales{};
  for (std::uint64_t row = 0; row < header_.rows; ++row) {
    const std::size_t here = row % rows_at_once;
    if (here == 0) {
      const auto count = std::min<std::uint64_t>(rows_at_once, header_.rows - row);
      read_at(layout_.offsets[static_cast<std::size_t>(Plane::floats)] + row * row_bytes,
              std::as_writable_bytes(std::span(rows).first(count * stride)));
    }
    for (std::size_t j = 0; j < header_.dimension; ++j) {
      centred[j] = rows[here * stride + j] - mean[j];
    }
    std::fill(centred.begin() + static_cast<std::ptrdiff_t>(header_.dimension), centred.end(),
              0.0F);
    rotation.apply(centred);
    scales[row % kRowsPerBlock] = take_signs(centred, block.data() + row % kRowsPerBlock);
    if (row % kRowsPerBlock + 1 < kRowsPerBlock && row + 1 < header_.rows) continue;
    append(Plane::sign_scales, std::as_bytes(std::span(scales)));
    append(Plane::signs, std::as_bytes(std::span(block)));
    scales = {};
    std::ranges::fill(block, 0);
  }
}

void SnapshotWriter::append(Plane plane, std::span<const std::byte> bytes) {
  Stream& to = stream(plane);
  to.buffer.insert(to.buffer.end(), bytes.begin(), bytes.end());
  if (to.buffer.size() >= kBufferBytes) flush(to);
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

void SnapshotWriter::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("read", count < 0 ? errno : EIO);  // The file is as long as its layout.
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void SnapshotWriter::fail(std::string_view action, int error_number) const {
  throw Exception(system_error(action, draft_, error_number));
}

}  // namespace clipdex::vectors
