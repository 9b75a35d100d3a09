/// Files as clipdex reads them: only regular ones, opened so that a FIFO or a device can never
/// block the run, with errors that name the file and the remedy.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex {

/// What decides whether a file changed since it was seen, and how large it is.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;  ///< nanoseconds since 1970-01-01 UTC
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// The stamp in what stat(2) gave.
FileStamp stamp_of(const struct stat& status) noexcept;

/// An open regular file, read-only; owns its descriptor. Movable. One thread at a time.
class RegularFile {
 public:
  /// Opens without blocking, whatever the path names.
  /// Errors: `not_found` (also when it vanished), `unreadable` (permissions), `unsupported`
  /// (not a regular file).
  static Result<RegularFile> open(const std::filesystem::path& path);

  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&& other) noexcept;
  ~RegularFile();

  /// The stamp at the moment of opening.
  const FileStamp& stamp() const noexcept { return stamp_; }
  int descriptor() const noexcept { return descriptor_; }

  /// Reads up to `into.size()` bytes at the current position; 0 means the end of the file.
  /// Errors: `unreadable`.
  Result<std::size_t> read_some(std::span<std::byte> into);

 private:
  RegularFile(int descriptor, FileStamp stamp, std::filesystem::path path)
      : descriptor_(descriptor), stamp_(stamp), path_(std::move(path)) {}

  int descriptor_ = -1;
  FileStamp stamp_;
  std::filesystem::path path_;
};

/// The whole of a file and the stamp it had when it was opened.
struct FileContent {
  std::vector<std::byte> bytes;
  FileStamp stamp;
};

/// Reads a whole regular file. An empty file gives an empty `bytes`.
/// Errors: those of `RegularFile::open`; `too_large` when it holds more than `bytes_max`.
Result<FileContent> read_file(const std::filesystem::path& path, std::uint64_t bytes_max);

/// A regular file mapped read-only into memory; owns the mapping. Movable; reading is thread-safe.
/// For files that belong to clipdex or to a model: a file that shrinks while it is mapped kills the
/// process on access, so images, which anyone may rewrite at any time, go through `read_file`.
class MappedFile {
 public:
  /// Errors: those of `RegularFile::open`. An empty file gives an empty span.
  static Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Writes bytes to a new file beside `path` and renames it over `path`, so that a reader sees the
/// old content or the new one, never a part. Errors: `disk_full`, `write_failed`; then `path` is as
/// it was.
Result<std::monostate> write_file_atomically(const std::filesystem::path& path,
                                             std::span<const std::byte> bytes);

/// One sentence for a failed system call on a path, such as "cannot open /a/b: Permission denied".
Error system_error(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace clipdex
