/// The snapshot file: the vectors of one model as they lie in memory, so that a search need not
/// copy them out of the library. A cache, never the truth. docs/formats/vector-snapshot.md is the
/// format in words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex::vectors {

/// Which vectors a snapshot holds. Two snapshots of equal keys hold the same vectors.
struct SnapshotKey {
  ModelIdentity model;
  std::uint64_t generation = 0;  ///< of the library's content when its vectors were read
  /// Random bytes that are made for each snapshot and that the library remembers: they tell apart
  /// libraries, and histories of one library, whose generations are the same number.
  ContentHash token{};

  friend bool operator==(const SnapshotKey&, const SnapshotKey&) = default;
};

/// The parts of the file after its header, in this order. Each begins at a multiple of
/// `kSnapshotAlignment`, and what lies between two of them is zero.
enum class Plane : std::size_t {
  list_ends,    ///< uint64 a list: the first row that is not in it; the next list begins there
  centres,      ///< float32, `float_stride(dimension)` a list: a point in the midst of its rows
  ids,          ///< int64 each, ascending within a list
  sign_scales,  ///< float32 each, as `take_signs` gives them, for whole blocks of rows
  signs,        ///< 64-bit words of rows less their centre, rotated; in whole blocks of rows
  scales,       ///< float32 each, as `quantise_row` gives them
  codes,        ///< int8, `code_stride(dimension)` a row
  floats,       ///< float32, `float_stride(dimension)` a row
};
inline constexpr std::size_t kPlanes = 8;
inline constexpr std::uint64_t kSnapshotAlignment = 4096;

/// Where everything lies in a snapshot; decided by the numbers of rows, floats and lists alone.
struct SnapshotLayout {
  std::array<std::uint64_t, kPlanes> offsets{};  ///< in bytes, from the beginning of the file
  std::array<std::uint64_t, kPlanes> sizes{};    ///< in bytes
  std::uint64_t file_bytes = 0;
};

/// Rows that a snapshot may hold at most: their numbers fit into 32 bits, and no size overflows 64.
inline constexpr std::uint64_t kSnapshotRowsMax = std::numeric_limits<std::uint32_t>::max();

/// Up to so many rows, a scan of all signs takes less than 10 ms, and lists would only cost.
inline constexpr std::uint64_t kRowsInOneListMax = 1'000'000;

/// How many lists suit so many rows: one, or beyond `kRowsInOneListMax` about 2√rows.
std::uint64_t lists_for(std::uint64_t rows) noexcept;

/// The layout for up to `kSnapshotRowsMax` rows of 1 to `kCodedDimensionMax` numbers, in 1 to
/// max(1, rows) lists.
SnapshotLayout snapshot_layout(std::uint64_t rows, std::size_t dimension,
                               std::uint64_t lists) noexcept;

/// The header of a snapshot as a value, and as the bytes of the file.
struct SnapshotHeader {
  std::uint64_t rows = 0;
  std::uint64_t dimension = 0;
  std::uint64_t lists = 1;
  std::uint64_t generation = 0;
  std::uint64_t rotation_seed = 0;  ///< of the rotation before signs were taken
  ContentHash token{};
  ContentHash model{};                           ///< `model_mark` of the identity
  std::array<ContentHash, kPlanes> checksums{};  ///< content hashes of the planes

  static constexpr std::size_t kBytes = 232;
  std::array<std::byte, kBytes> to_bytes() const noexcept;
  /// Errors: `unsupported` (another version or byte order), `corrupt` (too short, no snapshot, or
  /// its checksum or a number is wrong).
  static Result<SnapshotHeader> from_bytes(std::span<const std::byte> bytes);
};

/// What stands for a model in the header: the content hash of its identity's text.
ContentHash model_mark(const ModelIdentity& model) noexcept;

/// A snapshot that is mapped into memory. Movable; any number of threads may read it. It stays as
/// it was when it was opened, also after another one has taken its place, because snapshots are
/// replaced by renaming and never written to.
class Snapshot {
 public:
  /// Opens and maps the file `path` and checks its header: magic, version, byte order, checksum,
  /// bounds, and that the file has exactly the size that follows from them. The planes are not
  /// read: `check_planes` does that. Errors: those of `MappedFile::open`, and of
  /// `SnapshotHeader::from_bytes`; the message names the file.
  static Result<Snapshot> open(const std::filesystem::path& path);

  /// Whether the header says that this is the snapshot with that key.
  bool has_key(const SnapshotKey& key) const noexcept;

  std::size_t dimension() const noexcept { return header_.dimension; }
  std::size_t rows() const noexcept { return header_.rows; }
  /// At least 1: rows that lie near to each other are together in one.
  std::size_t lists() const noexcept { return header_.lists; }

  std::uint64_t rotation_seed() const noexcept { return header_.rotation_seed; }

  /// Plane by plane; row i of each belongs to `ids()[i]`. Valid as long as the snapshot lives. In a
  /// damaged file they may hold anything, and there is nothing that they may not hold.
  std::span<const std::uint64_t> list_ends() const noexcept;
  std::span<const float> centres() const noexcept;
  std::span<const ImageId> ids() const noexcept;
  std::span<const float> sign_scales() const noexcept;
  std::span<const std::uint64_t> signs() const noexcept;
  std::span<const float> scales() const noexcept;
  std::span<const std::int8_t> codes() const noexcept;
  std::span<const float> floats() const noexcept;

  /// Reads every byte of the planes and compares their checksums; also whether the lists
  /// follow each other and the ids ascend in each.
  /// @return one sentence on the first fault, empty when all is well.
  std::string check_planes() const;

 private:
  Snapshot(MappedFile file, const SnapshotHeader& header)
      : file_(std::move(file)),
        header_(header),
        layout_(snapshot_layout(header.rows, header.dimension, header.lists)) {}

  template <class Number>
  std::span<const Number> plane(Plane which) const noexcept;

  MappedFile file_;
  SnapshotHeader header_;
  SnapshotLayout layout_;
};

}  // namespace clipdex::vectors
