#include "vectors/snapshot_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "clipdex/error.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/rotation.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/signs.hpp"

namespace clipdex::vectors {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

// Rows that are coded at a time, and rows that are sorted into their lists at a time: the more of
// these, the less of the file lies between two of them.
constexpr std::size_t kPieceBytes = 4 << 20;
constexpr std::size_t kGatheredBytes = 256 << 20;

// k-means needs so many rows of a cluster to find its centre.
constexpr std::size_t kSampledPerList = 40;

// Any number does; the same one makes the same file of the same rows.
constexpr std::uint64_t kRotationSeed = 0x43'6C44'7856'6563;

void require_writable_size(const SnapshotKey& key, std::uint64_t rows, std::uint64_t lists) {
  const std::size_t dimension = key.model.dimension;
  if (dimension < 1 || dimension > kCodedDimensionMax || rows > kSnapshotRowsMax) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("no snapshot holds {} vectors of {} numbers", rows, dimension));
  }
  if (lists < 1 || lists > std::max<std::uint64_t>(rows, 1)) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("no snapshot has {} vectors in {} lists", rows, lists));
  }
}

bool is_finite(std::span<const float> vector) {
  return std::ranges::all_of(vector, [](float x) { return std::isfinite(x); });
}

/// Whole blocks.
std::size_t rows_in_a_piece(std::size_t stride) {
  return rows_in_blocks(std::max<std::size_t>(kPieceBytes / (stride * sizeof(float)), 1));
}

/// A piece is worth every core: it takes far longer to code than to read.
std::size_t workers() { return worker_count(std::numeric_limits<std::size_t>::max()); }

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
                               std::uint64_t rows, std::filesystem::perms permissions,
                               std::uint64_t lists)
    : path_(std::filesystem::absolute(path)), draft_(path_.native() + ".new") {
  require_writable_size(key, rows, lists);
  header_.rows = rows;
  header_.dimension = key.model.dimension;
  header_.lists = lists;
  header_.generation = key.generation;
  header_.rotation_seed = kRotationSeed;
  header_.token = key.token;
  header_.model = model_mark(key.model);
  layout_ = snapshot_layout(rows, header_.dimension, lists);
  padded_.resize(float_stride(header_.dimension));
  sums_.resize(header_.dimension);
  ids_.reserve(rows);
  sample_step_ = std::max<std::uint64_t>(rows / (lists * kSampledPerList), 1);
  open_draft(permissions);
  if (!in_one_list()) open_spool();
}

void SnapshotWriter::open_draft(std::filesystem::perms permissions) {
  // What a killed writer left is of no use. Made anew, it cannot be a link to somewhere else.
  ::unlink(draft_.c_str());
  descriptor_ = ::open(draft_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail("write", errno);
  for (std::size_t i = 0; i < kPlanes; ++i) {
    streams_[i].descriptor = descriptor_;
    streams_[i].offset = layout_.offsets[i];
  }
  const bool made = ::fchmod(descriptor_, static_cast<mode_t>(permissions) & 0666) == 0 &&
                    ::ftruncate(descriptor_, static_cast<off_t>(layout_.file_bytes)) == 0;
  if (!made) give_up("write", errno);
}

// Its name goes at once, so that no crash leaves it behind.
void SnapshotWriter::open_spool() {
  const std::string name = draft_.native() + ".rows";
  ::unlink(name.c_str());
  spool_.descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (spool_.descriptor < 0) give_up("write", errno);
  ::unlink(name.c_str());
}

// No destructor runs where a constructor throws.
void SnapshotWriter::give_up(std::string_view action, int error_number) {
  ::close(std::exchange(descriptor_, -1));
  ::unlink(draft_.c_str());
  fail(action, error_number);
}

SnapshotWriter::~SnapshotWriter() {
  if (spool_.descriptor >= 0) ::close(spool_.descriptor);
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(draft_.c_str());
}

void SnapshotWriter::add(ImageId id, std::span<const float> vector) {
  if (vector.size() != header_.dimension || ids_.size() == header_.rows ||
      (!ids_.empty() && id <= ids_.back())) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("the vector of image {} does not fit into {} after {} of {} rows",
                                id, path_.native(), ids_.size(), header_.rows));
  }
  std::ranges::copy(vector, padded_.begin());
  append(incoming(), std::as_bytes(std::span(padded_)));
  if (is_finite(vector)) {
    for (std::size_t j = 0; j < vector.size(); ++j) sums_[j] += double{vector[j]};
    ++finite_rows_;
    if (!in_one_list() && ids_.size() % sample_step_ == 0) {
      sample_.insert(sample_.end(), padded_.begin(), padded_.end());
    }
  }
  ids_.push_back(id);
}

void SnapshotWriter::finish() {
  if (ids_.size() != header_.rows) {
    throw Exception(
        ErrorCode::invalid_argument,
        fmt::format("{} of {} rows came for {}", ids_.size(), header_.rows, path_.native()));
  }
  flush(incoming());
  const Centres centres = this->centres();
  write_rows(order_by_list(centres), centres);
  for (std::size_t i = 0; i < kPlanes; ++i) {
    flush(streams_[i]);
    header_.checksums[i] = streams_[i].hasher.hash();
  }
  write_at(descriptor_, 0, header_.to_bytes());
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

Centres SnapshotWriter::centres() {
  const PaddedRows sample = std::exchange(sample_, {});
  if (!sample.empty()) {
    return cluster(sample, header_.dimension, header_.lists, header_.rotation_seed);
  }
  PaddedRows means(header_.lists * padded_.size());
  for (std::size_t j = 0; finite_rows_ > 0 && j < sums_.size(); ++j) {
    means[j] = static_cast<float>(sums_[j] / static_cast<double>(finite_rows_));
  }
  return {std::move(means), header_.dimension, header_.rotation_seed};
}

SnapshotWriter::Order SnapshotWriter::order_by_list(const Centres& centres) {
  Order order(header_.rows);
  std::iota(order.begin(), order.end(), 0U);
  list_ends_.assign(header_.lists, 0);
  if (in_one_list()) {
    list_ends_[0] = header_.rows;
    return order;
  }
  std::vector<std::uint32_t> lists(header_.rows);
  const std::size_t stride = padded_.size();
  const std::size_t at_once = rows_in_a_piece(stride);
  PaddedRows rows(at_once * stride);
  for (std::size_t begin = 0; begin < lists.size(); begin += at_once) {
    const std::size_t count = std::min(at_once, lists.size() - begin);
    gather(std::span(order).subspan(begin, count), rows);
    share_out(count, workers(), [&](std::size_t, std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        const std::span<const float> row = std::span(rows).subspan(i * stride, stride);
        const std::size_t nearest = is_finite(row) ? centres.nearest(row) : 0;
        lists[begin + i] = static_cast<std::uint32_t>(nearest);
      }
    });
  }
  for (const std::uint32_t list : lists) ++list_ends_[list];
  std::exclusive_scan(list_ends_.begin(), list_ends_.end(), list_ends_.begin(), std::uint64_t{0});
  // Each list ends where the next row goes, at last behind all of them.
  for (std::uint32_t row = 0; row < lists.size(); ++row) order[list_ends_[lists[row]]++] = row;
  return order;
}

void SnapshotWriter::write_rows(const Order& order, const Centres& centres) {
  append(Plane::list_ends, std::as_bytes(std::span(list_ends_)));
  append(Plane::centres, std::as_bytes(std::span(centres.rows())));
  const std::size_t stride = padded_.size();
  const std::size_t in_a_piece = rows_in_a_piece(stride);
  const std::size_t at_once =
      in_one_list() ? in_a_piece
                    : in_a_piece * std::max<std::size_t>(kGatheredBytes / kPieceBytes, 1);
  PaddedRows rows(std::min(at_once, order.size()) * stride);
  for (std::size_t begin = 0; begin < order.size(); begin += at_once) {
    const std::size_t count = std::min(at_once, order.size() - begin);
    const auto numbers = std::span(order).subspan(begin, count);
    gather(numbers, rows);
    for (const std::uint32_t row : numbers) {
      append(Plane::ids, std::as_bytes(std::span(&ids_[row], 1)));
    }
    for (std::size_t at = 0; at < count; at += in_a_piece) {
      const std::size_t part = std::min(in_a_piece, count - at);
      write_piece(std::span(rows).subspan(at * stride, part * stride), begin + at, centres);
    }
  }
}

void SnapshotWriter::gather(std::span<const std::uint32_t> numbers, std::span<float> rows) {
  const std::size_t stride = padded_.size();
  const Stream& from = incoming();
  const std::uint64_t begin =
      in_one_list() ? layout_.offsets[static_cast<std::size_t>(Plane::floats)] : 0;
  // The file is read in one direction, and in one piece what lies together.
  std::vector<std::size_t> places(numbers.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, {}, [&](std::size_t place) { return numbers[place]; });
  for (std::size_t i = 0; i < places.size();) {
    std::size_t end = i + 1;
    while (end < places.size() && places[end] == places[end - 1] + 1 &&
           numbers[places[end]] == numbers[places[end - 1]] + 1) {
      ++end;
    }
    read_at(from.descriptor, begin + numbers[places[i]] * stride * sizeof(float),
            std::as_writable_bytes(rows.subspan(places[i] * stride, (end - i) * stride)));
    i = end;
  }
}

void SnapshotWriter::write_piece(std::span<const float> rows, std::uint64_t first,
                                 const Centres& centres) {
  const std::size_t stride = padded_.size();
  const std::size_t count = rows.size() / stride;
  const std::size_t code_bytes = code_stride(header_.dimension);
  const std::size_t words = sign_words(header_.dimension);
  const Rotation rotation(header_.dimension, header_.rotation_seed);
  std::vector<float> scales(count);
  std::vector<std::int8_t> codes(count * code_bytes);
  std::vector<float> sign_scales(rows_in_blocks(count));
  std::vector<std::uint64_t> signs(rows_in_blocks(count) * words);
  std::vector<std::vector<float>> centred(workers(), std::vector<float>(rotation.size()));
  const auto make = [&](std::size_t i, std::span<float> room) {
    const auto row = rows.subspan(i * stride, header_.dimension);
    scales[i] = quantise_row(row, std::span(codes).subspan(i * code_bytes, code_bytes));
    const auto list = std::ranges::upper_bound(list_ends_, first + i) - list_ends_.begin();
    const float* centre = centres.rows().data() + static_cast<std::size_t>(list) * stride;
    std::ranges::fill(room, 0.0F);
    for (std::size_t j = 0; j < row.size(); ++j) room[j] = row[j] - centre[j];
    rotation.apply(room);
    const std::size_t in_block = i % kRowsPerBlock;
    sign_scales[i] = take_signs(room, signs.data() + (i - in_block) * words + in_block);
  };
  share_out(rows_in_blocks(count) / kRowsPerBlock, workers(),
            [&](std::size_t worker, std::size_t begin, std::size_t end) {
              for (std::size_t i = begin * kRowsPerBlock; i < end * kRowsPerBlock && i < count;
                   ++i) {
                make(i, centred[worker]);
              }
            });
  append(Plane::scales, std::as_bytes(std::span(scales)));
  append(Plane::codes, std::as_bytes(std::span(codes)));
  append(Plane::sign_scales, std::as_bytes(std::span(sign_scales)));
  append(Plane::signs, std::as_bytes(std::span(signs)));
  if (!in_one_list()) append(Plane::floats, std::as_bytes(rows));
}

void SnapshotWriter::append(Stream& to, std::span<const std::byte> bytes) {
  to.buffer.insert(to.buffer.end(), bytes.begin(), bytes.end());
  if (to.buffer.size() >= kBufferBytes) flush(to);
}

void SnapshotWriter::flush(Stream& stream) {
  stream.hasher.update(stream.buffer);
  write_at(stream.descriptor, stream.offset, stream.buffer);
  stream.offset += stream.buffer.size();
  stream.buffer.clear();
}

void SnapshotWriter::write_at(int descriptor, std::uint64_t offset,
                              std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void SnapshotWriter::read_at(int descriptor, std::uint64_t offset,
                             std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
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
