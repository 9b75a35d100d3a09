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
#include "vectors/clustering.hpp"
#include "vectors/snapshot.hpp"

namespace clipdex::vectors {

/// Writes the rows of one snapshot to a draft beside `path`, and at last renames it to `path`.
/// Until then, and whenever the process ends or the power fails before, `path` is what it was. One
/// thread at a time, `finish` uses all cores; one process at a time for each path, which is that of
/// the library's writer lock.
///
/// What is made of a row depends on the centre of its list, which is known at the end, so the rows
/// are then read once more: from the draft, or, where they are to be in several lists, from a file
/// without a name beside it, which takes as much room on the disk as the floats. In memory it holds
/// 16 bytes a row, a sample of 40 rows a list, and 256 MB of rows on their way into their lists; in
/// one list, only a few megabytes of rows.
///
/// Errors: every member throws `Exception` with `disk_full`, `write_failed` or `unreadable`, and
/// `invalid_argument` for rows that do not fit; then the draft is removed with the writer.
class SnapshotWriter {
 public:
  /// @param rows  how many `add` will bring
  /// @param permissions  of the file: those of the library, as it tells as much of the images
  /// @param lists  1 to max(1, `rows`)
  SnapshotWriter(const std::filesystem::path& path, const SnapshotKey& key, std::uint64_t rows,
                 std::filesystem::perms permissions, std::uint64_t lists);
  /// The same with as many lists as suit the rows.
  SnapshotWriter(const std::filesystem::path& path, const SnapshotKey& key, std::uint64_t rows,
                 std::filesystem::perms permissions)
      : SnapshotWriter(path, key, rows, permissions, lists_for(rows)) {}
  /// Removes the draft, unless `finish` is done.
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// Appends a row: ids come in ascending order, vectors have the model's dimension.
  void add(ImageId id, std::span<const float> vector);

  /// Writes what is left and the header, waits until all of it is on the disk, and renames the
  /// draft. `add` must have brought every row.
  void finish();

 private:
  /// A plane, or the rows without a name, on its way to a file.
  struct Stream {
    int descriptor = -1;
    std::uint64_t offset = 0;  ///< where the buffer's first byte belongs
    std::vector<std::byte> buffer;
    ContentHasher hasher;
  };
  /// The numbers of rows as they were added, in the order of the lists.
  using Order = std::vector<std::uint32_t>;

  void open_draft(std::filesystem::perms permissions);
  void open_spool();
  [[noreturn]] void give_up(std::string_view action, int error_number);
  /// What the lists lie around: the mean of the rows, or clusters of the sample.
  Centres centres();
  /// Fills `list_ends_`, too.
  Order order_by_list(const Centres& centres);
  /// Writes all planes, but the floats only where they are not there yet.
  void write_rows(const Order& order, const Centres& centres);
  /// Reads rows as they were added into `rows`, in the order of their numbers here.
  void gather(std::span<const std::uint32_t> numbers, std::span<float> rows);
  /// Writes what is made of rows that were read; `first` is a multiple of a block's rows.
  void write_piece(std::span<const float> rows, std::uint64_t first, const Centres& centres);

  bool in_one_list() const noexcept { return header_.lists == 1; }
  Stream& stream(Plane plane) { return streams_[static_cast<std::size_t>(plane)]; }
  Stream& incoming() { return in_one_list() ? stream(Plane::floats) : spool_; }
  void append(Stream& to, std::span<const std::byte> bytes);
  void append(Plane plane, std::span<const std::byte> bytes) { append(stream(plane), bytes); }
  void flush(Stream& stream);
  void write_at(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes);
  void read_at(int descriptor, std::uint64_t offset, std::span<std::byte> bytes) const;
  [[noreturn]] void fail(std::string_view action, int error_number) const;

  const std::filesystem::path path_;
  const std::filesystem::path draft_;
  SnapshotHeader header_;
  SnapshotLayout layout_;
  std::array<Stream, kPlanes> streams_;
  Stream spool_;
  PaddedRows padded_;         ///< the row that is added
  std::vector<ImageId> ids_;  ///< of the rows that were added
  PaddedRows sample_;         ///< finite rows, if there are to be several lists
  std::uint64_t sample_step_ = 1;
  std::vector<double> sums_;  ///< of the numbers of the finite rows
  std::uint64_t finite_rows_ = 0;
  std::vector<std::uint64_t> list_ends_;
  int descriptor_ = -1;
};

}  // namespace clipdex::vectors
