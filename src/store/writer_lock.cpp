#include "store/writer_lock.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "clipdex/error.hpp"

namespace clipdex::store {
namespace {

/// The program and its sub-command, such as "clipdex index"; further words are the user's own
/// business.
std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string program;
  std::string verb;
  std::getline(file, program, '\0');
  std::getline(file, verb, '\0');
  std::string command = std::filesystem::path(program).filename().native();
  if (!verb.empty() && verb.find_first_of("-/.") == std::string::npos) command += ' ' + verb;
  return command.empty() ? "unknown" : command;
}

std::string own_holder_text() {
  const std::time_t now = std::time(nullptr);
  return fmt::format("{}\n{}\n{:%Y-%m-%d %H:%M:%S}\n", ::getpid(), own_command(),
                     fmt::localtime(now));
}

std::string busy_message(const std::filesystem::path& library, int descriptor) {
  std::array<char, 512> bytes{};
  const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  std::istringstream text(
      std::string(bytes.data(), static_cast<std::size_t>(count > 0 ? count : 0)));
  std::string process;
  std::string command;
  std::string since;
  std::getline(text, process);
  std::getline(text, command);
  if (!std::getline(text, since)) {  // The holder is about to write it, or has just left.
    return fmt::format("the library {} is being written by another process; wait for it or stop it",
                       library.native());
  }
  return fmt::format(
      "the library {} is being written by process {} ({}) since {}; wait for it or stop it",
      library.native(), process, command, since);
}

[[noreturn]] void fail_on(const std::filesystem::path& lock, int error_number) {
  throw Exception(system_error("write", lock, error_number));
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& library) {
  // Through symbolic links, so that two names of one library have one lock.
  const std::filesystem::path lock = std::filesystem::weakly_canonical(library).native() + ".lock";
  descriptor_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (descriptor_ < 0) fail_on(lock, errno);
  // From here on the descriptor is closed by hand, because no destructor runs for half an object.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error_number = errno;
    const std::string message =
        error_number == EWOULDBLOCK ? busy_message(library, descriptor_) : "";
    ::close(descriptor_);
    if (error_number != EWOULDBLOCK) fail_on(lock, error_number);
    throw Exception(ErrorCode::busy, message);
  }
  // The text only serves a message, so a full disk is no reason to stop here.
  const std::string text = own_holder_text();
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(descriptor_, text.data(), text.size(), 0);
  }
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

WriterLock::~WriterLock() {
  if (descriptor_ < 0) return;
  // Emptied first: whoever meets the file between this lock and the next must not blame this
  // process.
  [[maybe_unused]] const int emptied = ::ftruncate(descriptor_, 0);
  ::close(descriptor_);
}

}  // namespace clipdex::store
