/// CDR, the encoding of every ROS 2 message on the wire: plain XCDR1, the machine's own byte order
/// (little endian, wherever we run) on output, both on input. Source of the format: the OMG's
/// DDSI-RTPS 2.3, chapter 10, and what rosidl_typesupport_fastrtps_cpp writes.
///
/// A message is a plain struct with `static constexpr auto kFields`, a tuple of pointers to its
/// members in the order of the .msg file; that one line serves writing and reading.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::dds {

/// The bytes of one sample: four bytes of encapsulation, then the message.
using Payload = std::vector<std::byte>;

/// A struct that lists its members.
template <class T>
concept Message = requires {
  T::kFields;
};

/// A number as CDR knows it; `bool` is one byte.
template <class T>
concept Primitive = std::is_arithmetic_v<T>;

/// Appends values to a payload. Padding is zero. One thread.
class CdrWriter {
 public:
  CdrWriter();

  template <Primitive T>
  void put(T value) {
    align(sizeof(T));
    append(&value, sizeof(T));
  }
  void put(const std::string& text);  ///< length with the NUL, bytes up to a NUL, NUL
  template <class T, std::size_t N>
  void put(const std::array<T, N>& values) {
    put_each(values);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    put_each(values);
  }
  template <Message T>
  void put(const T& message) {
    std::apply([&](auto... field) { (put(message.*field), ...); }, T::kFields);
  }

  Payload take() { return std::move(payload_); }

 private:
  template <class Values>
  void put_each(const Values& values) {
    using T = typename Values::value_type;
    if constexpr (Primitive<T> && !std::same_as<T, bool>) {
      if (values.empty()) return;  // No element, no padding, even before 8-byte ones.
      align(sizeof(T));
      append(values.data(), values.size() * sizeof(T));
    } else {
      for (const auto& value : values) put(static_cast<const T&>(value));
    }
  }
  void align(std::size_t size);
  void append(const void* bytes, std::size_t count);

  Payload payload_;
};

/// Takes values out of a payload, and never reads or allocates beyond what the payload holds.
/// The first thing that does not fit makes the reader fail for good; values read from then on are
/// empty. One thread; the payload must outlive the reader.
class CdrReader {
 public:
  explicit CdrReader(std::span<const std::byte> payload);

  bool ok() const noexcept { return ok_; }

  template <Primitive T>
  void get(T& value) {
    align(sizeof(T));
    std::array<std::byte, sizeof(T)> bytes{};
    extract(bytes.data(), sizeof(T), 1);
    if constexpr (std::same_as<T, bool>) {
      value = bytes[0] != std::byte{0};
    } else {
      value = std::bit_cast<T>(bytes);
    }
  }
  void get(std::string& text);  ///< ends at its first NUL, as a C string does
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (T& value : values) get(value);
  }
  template <class T>
  void get(std::vector<T>& values) {
    values.clear();
    const std::size_t count = get_count(Primitive<T> ? sizeof(T) : 1);
    if constexpr (Primitive<T> && !std::same_as<T, bool>) {
      if (count == 0) return;
      align(sizeof(T));
      if (count * sizeof(T) > left()) return fail();
      values.resize(count);
      extract(values.data(), sizeof(T), count);
    } else {
      for (std::size_t i = 0; i < count && ok_; ++i) {
        T value{};
        get(value);
        if (ok_) values.push_back(std::move(value));
      }
    }
  }
  template <Message T>
  void get(T& message) {
    std::apply([&](auto... field) { (get(message.*field), ...); }, T::kFields);
  }

 private:
  std::size_t left() const noexcept { return payload_.size() - at_; }
  std::size_t get_count(std::size_t item_bytes_min);
  void align(std::size_t size);
  void extract(void* values, std::size_t value_size, std::size_t count);  ///< swaps if it must
  void fail();

  std::span<const std::byte> payload_;
  std::size_t at_ = 0;
  bool ok_ = true;
  bool swaps_ = false;  ///< the sender's byte order is not ours
};

/// The payload of a message.
template <Message T>
Payload serialize(const T& message) {
  CdrWriter writer;
  writer.put(message);
  return writer.take();
}

/// The message in a payload. Bytes after it are ignored, as RTPS may pad. Errors: `corrupt` when
/// the payload is cut off, of another encoding, or contradicts itself.
template <Message T>
Result<T> deserialize(std::span<const std::byte> payload) {
  T message;
  CdrReader reader(payload);
  reader.get(message);
  if (!reader.ok()) {
    return Error{ErrorCode::corrupt, "the sample is truncated or is no plain CDR"};
  }
  return message;
}

}  // namespace clipdex::dds
