#include "dds/cdr.hpp"

#include <algorithm>

namespace clipdex::dds {
namespace {

// Bytes before the message; alignment is counted from their end.
constexpr std::size_t kEncapsulationSize = 4;
// The second byte of the encapsulation names the byte order, 0 big and 1 little.
constexpr std::byte kBig{0};
constexpr std::byte kLittle{1};
constexpr std::byte kNative = std::endian::native == std::endian::little ? kLittle : kBig;

std::size_t padding(std::size_t position, std::size_t size) {
  return (size - (position - kEncapsulationSize) % size) % size;
}

}  // namespace

CdrWriter::CdrWriter() : payload_{std::byte{0}, kNative, std::byte{0}, std::byte{0}} {}

void CdrWriter::put(const std::string& text) {
  // Fast CDR writes a C string, so that what follows a NUL is lost to everybody.
  const std::size_t size = std::min(text.find('\0'), text.size());
  put(static_cast<std::uint32_t>(size + 1));
  append(text.data(), size);
  payload_.push_back(std::byte{0});
}

void CdrWriter::align(std::size_t size) {
  payload_.resize(payload_.size() + padding(payload_.size(), size));
}

void CdrWriter::append(const void* bytes, std::size_t count) {
  const auto* first = static_cast<const std::byte*>(bytes);
  payload_.insert(payload_.end(), first, first + count);
}

CdrReader::CdrReader(std::span<const std::byte> payload) : payload_(payload) {
  if (payload.size() < kEncapsulationSize || payload[0] != std::byte{0} || payload[1] > kLittle) {
    fail();
    return;
  }
  swaps_ = payload[1] != kNative;
  at_ = kEncapsulationSize;
}

void CdrReader::get(std::string& text) {
  text.clear();
  const std::size_t count = get_count(1);
  if (!ok_) return;
  const auto* first = reinterpret_cast<const char*>(payload_.data() + at_);
  text.assign(first, std::find(first, first + count, '\0'));
  at_ += count;
}

std::size_t CdrReader::get_count(std::size_t item_bytes_min) {
  std::uint32_t count = 0;
  get(count);
  if (count > left() / item_bytes_min) {
    fail();
    return 0;
  }
  return count;
}

void CdrReader::align(std::size_t size) {
  if (!ok_) return;
  const std::size_t count = padding(at_, size);
  if (count > left()) return fail();
  at_ += count;
}

void CdrReader::extract(void* values, std::size_t value_size, std::size_t count) {
  if (!ok_) return;
  if (count > left() / value_size) return fail();
  auto* bytes = static_cast<std::byte*>(values);
  std::memcpy(bytes, payload_.data() + at_, value_size * count);
  at_ += value_size * count;
  if (!swaps_ || value_size == 1) return;
  for (std::size_t i = 0; i < count; ++i, bytes += value_size) {
    std::reverse(bytes, bytes + value_size);
  }
}

void CdrReader::fail() {
  ok_ = false;
  at_ = payload_.size();
}

}  // namespace clipdex::dds
