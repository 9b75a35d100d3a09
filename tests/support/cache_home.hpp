/// A user's cache of its own for a test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "support/places.hpp"

namespace clipdex::test {

/// While one lives, `user_cache_directory()` lies in a temporary directory. One at a time, and
/// before any thread of the test starts, since it changes the environment.
class TemporaryCacheHome {
 public:
  TemporaryCacheHome() {
    if (const char* value = std::getenv("XDG_CACHE_HOME")) before_ = value;
    ::setenv("XDG_CACHE_HOME", directory_.path().c_str(), 1);
  }
  ~TemporaryCacheHome() {
    if (before_) {
      ::setenv("XDG_CACHE_HOME", before_->c_str(), 1);
    } else {
      ::unsetenv("XDG_CACHE_HOME");
    }
  }
  TemporaryCacheHome(const TemporaryCacheHome&) = delete;
  TemporaryCacheHome& operator=(const TemporaryCacheHome&) = delete;

  /// What XDG_CACHE_HOME names; clipdex's own directory is below it.
  const std::filesystem::path& path() const noexcept { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
  std::optional<std::string> before_;
};

}  // namespace clipdex::test
