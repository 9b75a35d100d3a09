#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace clipdex {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::disk_full;
    default:
      return ErrorCode::unreadable;
  }
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

Result<std::monostate> write_all(int descriptor, const std::filesystem::path& path,
                                 std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("write", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  if (::fsync(descriptor) != 0) return system_error("write", path, errno);
  return std::monostate{};
}

}  // namespace

FileStamp stamp_of(const struct stat& status) noexcept {
  return {.size_bytes = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec,
          .device = status.st_dev,
          .inode = status.st_ino};
}

Error system_error(std::string_view action, const std::filesystem::path& path, int error_number) {
  ErrorCode code = code_of(error_number);
  if (action == "write" && code == ErrorCode::unreadable) code = ErrorCode::write_failed;
  return {code, fmt::format("cannot {} {}: {}", action, path.native(),
                            std::generic_category().message(error_number))};
}

Result<RegularFile> RegularFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK keeps the open of a FIFO without a writer from waiting; regular files ignore it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return system_error("open", path, errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    const int error_number = errno;
    ::close(descriptor);
    return system_error("read", path, error_number);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return Error{ErrorCode::unsupported, fmt::format("{} is {}, not a regular file", path.native(),
                                                     kind_of(status.st_mode))};
  }
  return RegularFile(descriptor, stamp_of(status), path);
}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      stamp_(other.stamp_),
      path_(std::move(other.path_)) {}

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(stamp_, other.stamp_);
  std::swap(path_, other.path_);
  return *this;
}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::size_t> RegularFile::read_some(std::span<std::byte> into) {
  while (true) {
    const ssize_t count = ::read(descriptor_, into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return system_error("read", path_, errno);
  }
}

Result<FileContent> read_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  Result<RegularFile> file = RegularFile::open(path);
  if (!file) return file.error();
  FileContent content{.bytes = {}, .stamp = file.value().stamp()};
  const auto too_large = [&] {
    return Error{ErrorCode::too_large,
                 fmt::format("{} is larger than the limit of {} bytes", path.native(), bytes_max)};
  };
  if (content.stamp.size_bytes > bytes_max) return too_large();
  // One byte more than the stamp says: the read that finds the end needs no second buffer.
  content.bytes.resize(content.stamp.size_bytes + 1);
  std::size_t filled = 0;
  while (true) {
    Result<std::size_t> count = file.value().read_some(std::span(content.bytes).subspan(filled));
    if (!count) return count.error();
    if (count.value() == 0) break;
    filled += count.value();
    if (filled > bytes_max) return too_large();
    if (filled == content.bytes.size()) content.bytes.resize(filled * 2);  // It grew as we read.
  }
  content.bytes.resize(filled);
  return content;
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  Result<RegularFile> file = RegularFile::open(path);
  if (!file) return file.error();
  const std::size_t size = file.value().stamp().size_bytes;
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value().descriptor(), 0);
  if (data == MAP_FAILED) return system_error("map", path, errno);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<std::monostate> write_file_atomically(const std::filesystem::path& path,
                                             std::span<const std::byte> bytes) {
  const std::filesystem::path draft = path.native() + ".new-" + std::to_string(::getpid());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("write", draft, errno);
  Result<std::monostate> written = write_all(descriptor, draft, bytes);
  if (::close(descriptor) != 0 && written) written = system_error("write", draft, errno);
  if (written && ::rename(draft.c_str(), path.c_str()) != 0) {
    written = system_error("write", path, errno);
  }
  if (!written) ::unlink(draft.c_str());
  return written;
}

}  // namespace clipdex
