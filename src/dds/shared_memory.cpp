#include "dds/shared_memory.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <string_view>
#include <thread>

namespace clipdex::dds {
namespace {

namespace fs = std::filesystem;

// A participant's segment takes 540 KiB, and each port 52.
constexpr std::uintmax_t kFreeBytesMin = 2 << 20;

// RTPS 2.3, 9.6.1.1: the ports of a domain lie together. Fast DDS names segments after them.
constexpr std::uint32_t kPortBase = 7400;
constexpr std::uint32_t kPortsPerDomain = 250;
constexpr std::string_view kPortPrefix = "fastrtps_port";

constexpr std::chrono::milliseconds kMakingMax{200};
constexpr std::chrono::milliseconds kLookAgain{10};

bool is_port_of(std::uint32_t domain_id, const std::string& file) {
  if (!file.starts_with(kPortPrefix)) return false;
  std::uint32_t port = 0;
  const char* end = file.data() + file.size();
  const auto [stop, error] = std::from_chars(file.data() + kPortPrefix.size(), end, port);
  const std::uint32_t first = kPortBase + kPortsPerDomain * domain_id;
  return error == std::errc() && stop == end && port >= first && port < first + kPortsPerDomain;
}

/// Boost.Interprocess keeps a segment's state in its first word: 0 before and 1 while it is made.
/// Whoever opens it spins until that has changed. A file that cannot be read is Fast DDS's to fail
/// on, which it does well.
bool is_half_made(const fs::path& segment) {
  std::ifstream file(segment, std::ios::binary);
  if (!file) return false;
  std::uint32_t state = 0;
  file.read(reinterpret_cast<char*>(&state), sizeof(state));
  return state <= 1;
}

bool stays_half_made(const fs::path& segment) {
  const auto deadline = std::chrono::steady_clock::now() + kMakingMax;
  while (is_half_made(segment)) {
    if (std::chrono::steady_clock::now() > deadline) return true;
    std::this_thread::sleep_for(kLookAgain);
  }
  return false;
}

}  // namespace

std::optional<std::string> shared_memory_problem(std::uint32_t domain_id,
                                                 const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) return std::nullopt;
  if (access(directory.c_str(), W_OK) != 0) return directory.string() + " cannot be written to";
  const fs::space_info space = fs::space(directory, error);
  if (!error && space.available < kFreeBytesMin) {
    return directory.string() + " has less than 2 MiB of free space";
  }
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& file = entry->path();
    if (is_port_of(domain_id, file.filename().string()) && stays_half_made(file)) {
      return "the shared memory segment " + file.string() +
             " was left half made by a process that died";
    }
  }
  return std::nullopt;
}

}  // namespace clipdex::dds
