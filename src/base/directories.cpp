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

/// What holds the `bin` directory with the running executable.
std::filesystem::path program_prefix() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path();
}

}  // namespace

std::filesystem::path user_data_directory() {
  return user_directory("XDG_DATA_HOME", ".local/share");
}

std::filesystem::path user_cache_directory() { return user_directory("XDG_CACHE_HOME", ".cache"); }

std::filesystem::path program_data_directory() { return program_prefix() / "share" / "clipdex"; }

std::filesystem::path program_module_directory() { return program_prefix() / "lib" / "clipdex"; }

}  // namespace clipdex
