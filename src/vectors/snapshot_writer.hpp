/// Writing a snapshot file (vectors/snapshot.hpp) so that whoever opens it sees a whole one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "clipdex/types.hpp"
#include "vectors/snapshot.hpp"

namespace clipdex::vectors {

/// Writes the rows of one snapshot to a draft beside `path`, and at last renames it to `path`.
/// Until then, and whenever the process ends or the power fails before, `path` is what it was. One
/// thread; one process at a time for each path, which is that of the library's writer lock. Holds
/// a few buffers of about a megabyte, however many rows there are: signs are taken of the rows less
/// their mean, which is known at the end, so the rows are then read once more from the draft.
///
/// Errors: every member throws `Exception` with `disk_full`, `write_failed` or `unreadable`, and
/// `invalid_argument` for rows that do not fit; then the draft is removed with the writer.
class SnapshotWriter {
 public:
  /// @param rows  how many `add` will bring
  /// @param permissions  of the file: those of the library, as it tells as much of the images
  SnapshotWriter(const std::filesystem::path& path, const SnapshotKey& key, std::uint64_t rows,
                 std::filesystem::perms permissions);
  /// Removes the draft, unless `finish` was reached.
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// Appends a row: ids come in ascending order, vectors have the model's dimension.
  void add(ImageId id, std::span<const float> vector);

  /// Writes what is left and the header, waits until all of it is on the disk, and renames the
  /// draft. `add` must have brought every row.
  void finish();

 private:
  /// One plane on its way to the file.
  struct Stream {
    std::uint64_t offset = 0;  ///< where the buffer's first byte belongs
    std::vector<std::byte> buffer;
    ContentHasher hasher;
  };

  /// Writes the planes of the mean, the signs and their scales.
  void write_signs();
  std::vector<float> mean() const;

  Stream& stream(Plane plane) { return streams_[static_cast<std::size_t>(plane)]; }
  void append(Plane plane, std::span<const std::byte> bytes);
  void flush(Stream& stream);
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  [[noreturn]] void fail(std::string_view action, int error_number) const;

  const std::filesystem::path path_;
  const std::filesystem::path draft_;
  SnapshotHeader header_;
  SnapshotLayout layout_;
  std::array<Stream, kPlanes> streams_;
  std::vector<std::int8_t> codes_;  ///< of the row that is added, padded
  std::vector<float> padded_;       ///< likewise
  std::vector<double> sums_;        ///< of the numbers of the finite rows
  std::uint64_t finite_rows_ = 0;
  std::uint64_t added_ = 0;
  ImageId last_id_ = 0;
  int descriptor_ = -1;
};

}  // namespace clipdex::vectors
