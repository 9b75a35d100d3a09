#include "base/hash.hpp"

#include <xxhash.h>

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "base/file.hpp"
#include "base/module.hpp"
#include "base/sha256.hpp"

namespace clipdex {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

const Result<const Sha256Functions*>& sha256_functions() {
  static const auto module = load_module<Sha256Functions>("sha256");
  return module;
}

/// A digest under way.
class Sha256 {
 public:
  explicit Sha256(const Sha256Functions& functions)
      : functions_(functions), state_(functions.begin(), functions.drop) {
    if (state_ == nullptr) throw std::bad_alloc();
  }

  void update(const void* data, std::size_t size) { functions_.update(state_.get(), data, size); }

  std::string hex() {
    std::array<std::uint8_t, kSha256Bytes> digest{};
    functions_.finish(state_.get(), digest.data());
    return to_hex(digest);
  }

 private:
  const Sha256Functions& functions_;
  std::unique_ptr<void, void (*)(void*)> state_;
};

ContentHash canonical_hash(XXH128_hash_t value) noexcept {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, value);
  ContentHash hash{};
  std::memcpy(hash.data(), canonical.digest, hash.size());
  return hash;
}

}  // namespace

ContentHash content_hash(std::span<const std::byte> bytes) noexcept {
  return canonical_hash(XXH3_128bits(bytes.data(), bytes.size()));
}

struct ContentHasher::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> xxh3{XXH3_createState(), XXH3_freeState};
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {
  if (state_->xxh3 == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(state_->xxh3.get());
}

ContentHasher::ContentHasher(ContentHasher&&) noexcept = default;
ContentHasher& ContentHasher::operator=(ContentHasher&&) noexcept = default;
ContentHasher::~ContentHasher() = default;

void ContentHasher::update(std::span<const std::byte> bytes) noexcept {
  XXH3_128bits_update(state_->xxh3.get(), bytes.data(), bytes.size());
}

ContentHash ContentHasher::hash() const noexcept {
  return canonical_hash(XXH3_128bits_digest(state_->xxh3.get()));
}

std::string sha256_hex(std::string_view bytes) {
  if (!sha256_functions()) throw Exception(sha256_functions().error());
  Sha256 digest(*sha256_functions().value());
  digest.update(bytes.data(), bytes.size());
  return digest.hex();
}

Result<std::string> sha256_file(const std::filesystem::path& path) {
  Result<RegularFile> file = RegularFile::open(path);
  if (!file) return file.error();
  if (!sha256_functions()) return sha256_functions().error();
  Sha256 digest(*sha256_functions().value());
  std::vector<std::byte> block(1 << 20);
  while (true) {
    Result<std::size_t> count = file.value().read_some(block);
    if (!count) return count.error();
    if (count.value() == 0) return digest.hex();
    digest.update(block.data(), count.value());
  }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<ContentHash> hash_from_hex(std::string_view digits) noexcept {
  ContentHash hash{};
  if (digits.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t value = kDigits.find(digits[i]);
    if (value == std::string_view::npos) return std::nullopt;
    hash[i / 2] = static_cast<std::uint8_t>(hash[i / 2] << 4 | value);
  }
  return hash;
}

}  // namespace clipdex
