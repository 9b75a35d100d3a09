#include "encode/staging.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/file.hpp"
#include "clipdex/error.hpp"

namespace clipdex::encode {
namespace fs = std::filesystem;
namespace {

void create(const fs::path& directory) {
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) throw Exception(system_error("write", directory, error.value()));
}

void make_safe(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw Exception(system_error("write", directory, errno));
  const int result = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  // Some file systems have nothing to make safe for a directory, and say so with EINVAL.
  if (result != 0 && error_number != EINVAL) {
    throw Exception(system_error("write", directory, error_number));
  }
}

}  // namespace

Staging::Staging(const fs::path& package)
    : root_(package / "optimized"), hidden_(root_ / ".writing"), scratch_(hidden_ / "scratch") {
  create(root_);
  lock_ = ::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) throw Exception(system_error("open", root_, errno));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw Exception(
        ErrorCode::busy,
        fmt::format("another process optimises {}; wait until it is done", package.native()));
  }
  std::error_code ignored;
  fs::remove_all(hidden_, ignored);
  try {
    create(hidden_);
    create(scratch_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

Staging::~Staging() {
  std::error_code ignored;
  fs::remove_all(hidden_, ignored);
  fs::remove(root_, ignored);  // Stays where a variant is in it.
  ::close(lock_);
}

fs::path Staging::new_directory() {
  fs::path directory = hidden_ / std::to_string(made_++);
  create(directory);
  return directory;
}

void Staging::move_into_place(const fs::path& made, const fs::path& place) {
  make_safe(made);
  // Exchanging leaves no moment without a variant; a file system that cannot do it gets one.
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) != 0) {
    std::error_code ignored;
    if (fs::exists(place, ignored)) {
      fs::rename(place, new_directory() / "old", ignored);
    }
    if (::rename(made.c_str(), place.c_str()) != 0) {
      throw Exception(system_error("write", place, errno));
    }
  }
  make_safe(root_);
}

}  // namespace clipdex::encode
