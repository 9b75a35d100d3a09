#include "base/directories.hpp"

#include <cstdlib>
#include <system_error>

namespace clipdex {
namespace {

std::filesystem::path absolute_from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || value[0] != '/') return {};
  return value;
}

std::filesystem::path user_directory(const char* variable, const char* below_home) {
  if (std::filesystem::path base = absolute_from_environment(variable); !base.empty()) {
    return base / "clipdex";
  }
  const std::filesystem::path home = absolute_from_environment("HOME");
  return home.empty() ? home : home / below_home / "clipdex";
}

}  // namespace

std::filesystem::path user_data_directory() {
  return user_directory("XDG_DATA_HOME", ".local/share");
}

std::filesystem::path user_cache_directory() { return user_directory("XDG_CACHE_HOME", ".cache"); }

std::filesystem::path program_data_directory() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "share" / "clipdex";
}

}  // namespace clipdex
