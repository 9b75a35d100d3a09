#include "dds/graph.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace clipdex::test {
namespace {

// Their UDP ports end below those that Linux gives to whoever asks for any.
constexpr std::uint32_t kDomains = 100;

/// Takes a domain that no other test has. Two tests in one domain would serve each other's goals.
std::uint32_t reserve_domain() {
  const auto start = static_cast<std::uint32_t>(::getpid());
  for (std::uint32_t i = 0; i < kDomains; ++i) {
    const std::uint32_t domain = 1 + (start + i) % kDomains;
    const auto file =
        std::filesystem::temp_directory_path() / ("clipdex_test_domain_" + std::to_string(domain));
    // Never closed, and inherited: the domain is taken until this process and its peers have ended.
    const int lock = ::open(file.c_str(), O_CREAT | O_RDWR, 0666);
    if (lock < 0) continue;
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return domain;
    ::close(lock);
  }
  throw std::runtime_error("all domains for tests are taken");
}

}  // namespace

dds::ContextOptions own_domain() {
  static const std::uint32_t domain = reserve_domain();
  return {domain, true};
}

}  // namespace clipdex::test
