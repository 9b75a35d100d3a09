#include "dds/graph.hpp"

#include <unistd.h>

#include <fstream>

namespace clipdex::test {

dds::ContextOptions own_domain() {
  constexpr std::uint32_t kDomains = 200;
  return {1 + static_cast<std::uint32_t>(::getpid()) % kDomains, true};
}

BrokenSharedMemory::BrokenSharedMemory(std::uint32_t domain_id)
    // The last port of the domain, which no participant uses.
    : segment_("/dev/shm/fastrtps_port" + std::to_string(7400 + 250 * domain_id + 249)) {
  std::ofstream(segment_, std::ios::binary) << std::string(64, '\0');
}

BrokenSharedMemory::~BrokenSharedMemory() {
  std::error_code ignored;
  std::filesystem::remove(segment_, ignored);
}

}  // namespace clipdex::test
