#include "image/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "image/decode.hpp"

namespace clipdex::image {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// The number in a file of one number; `kNoLimit` for a missing file and for the word "max".
std::uint64_t read_limit(const fs::path& path) {
  std::uint64_t value = 0;
  return std::ifstream(path) >> value ? value : kNoLimit;
}

/// The smallest limit that `group` or a group above it sets in the hierarchy mounted at `mount`.
/// Inside a container the path may not exist there, and then the mount point itself is the group.
std::uint64_t smallest_limit(const fs::path& mount, fs::path group, const char* file_name) {
  std::uint64_t smallest = read_limit(mount / file_name);
  for (; group.has_relative_path(); group = group.parent_path()) {
    smallest = std::min(smallest, read_limit(mount / group.relative_path() / file_name));
  }
  return smallest;
}

/// Reads the lines `id:controllers:path` of /proc/self/cgroup (cgroups(7)).
std::uint64_t group_limit(const fs::path& root) {
  std::uint64_t smallest = kNoLimit;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path group = line.substr(second + 1);
    const fs::path mount = root / "sys/fs/cgroup";
    if (controllers == ",,") {  // Version 2 has one hierarchy and names no controllers.
      smallest = std::min(smallest, smallest_limit(mount, group, "memory.max"));
    } else if (controllers.find(",memory,") != std::string::npos) {
      smallest =
          std::min(smallest, smallest_limit(mount / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return smallest;
}

}  // namespace

std::uint64_t pixels_max_for(std::uint64_t memory_bytes, unsigned workers) noexcept {
  return std::max(kPixelsMaxFloor, memory_bytes / 2 / std::max(workers, 1U) / kBytesPerPixel);
}

std::optional<std::uint64_t> memory_bytes(const fs::path& root) {
  std::ifstream meminfo(root / "proc/meminfo");
  for (std::string name; meminfo >> name;) {
    std::uint64_t kibibytes = 0;
    if (name == "MemTotal:" && meminfo >> kibibytes) {
      return std::min(kibibytes * 1024, group_limit(root));
    }
  }
  return std::nullopt;
}

std::optional<Error> refuse_size(std::int64_t width, std::int64_t height,
                                 std::uint64_t pixels_max) {
  if (width < 1 || height < 1 || width > kSideMax || height > kSideMax) {
    return Error{
        ErrorCode::corrupt,
        fmt::format("the header states an impossible size of {} x {} pixels", width, height)};
  }
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (pixels <= pixels_max) return std::nullopt;
  return Error{
      ErrorCode::too_large,
      fmt::format("{} x {} are {} pixels, more than the limit of {}; make the image smaller "
                  "or raise the limit",
                  width, height, pixels, pixels_max)};
}

std::uint64_t default_pixels_max() {
  static const std::uint64_t pixels_max =
      pixels_max_for(memory_bytes("/").value_or(0), std::thread::hardware_concurrency());
  return pixels_max;
}

}  // namespace clipdex::image
