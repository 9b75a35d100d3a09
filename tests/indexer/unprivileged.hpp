/// What a user meets who may not read everything; tests often run as root, who may.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace clipdex::indexer::test {

/// While it lives, a process of root has the rights of nobody. Others have few rights anyway. One
/// at a time.
class Unprivileged {
 public:
  /// @param directory a temporary directory, which is opened to everybody first
  explicit Unprivileged(const std::filesystem::path& directory) {
    std::filesystem::permissions(directory, std::filesystem::perms(0755));
    holds_ = ::geteuid() != 0 || ::seteuid(kNobody) == 0;
  }
  ~Unprivileged() {
    if (::seteuid(::getuid()) != 0) std::abort();  // Later tests would fail without saying why.
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

  /// Whether the rights could be given up; a test that needs it must say that it skips.
  bool holds() const noexcept { return holds_; }

 private:
  static constexpr uid_t kNobody = 65534;
  bool holds_ = false;
};

}  // namespace clipdex::indexer::test
