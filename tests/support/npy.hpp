/// `.npy` files as numpy.save writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace clipdex::test {

/// The bytes of a version 1 file with this dictionary, and any bytes after it.
inline std::string npy_bytes(std::string dictionary, std::string_view data) {
  constexpr std::size_t kAlignment = 64;  // Of the data, as numpy aligns it.
  constexpr std::size_t kPrefixBytes = 10;
  while ((kPrefixBytes + dictionary.size() + 1) % kAlignment != 0) dictionary += ' ';
  dictionary += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xFF);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes.append(dictionary).append(data);
}

template <class Number>
std::string_view bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

/// A dictionary as numpy spells it; `type` such as "<f4".
inline std::string npy_dictionary(const std::string& type, std::size_t rows, std::size_t columns) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(rows) +
         ", " + std::to_string(columns) + "), }";
}

/// A float32 array of `rows` rows, of which `numbers` are all.
inline std::string npy_of(const std::vector<float>& numbers, std::size_t rows) {
  return npy_bytes(npy_dictionary("<f4", rows, rows == 0 ? 1 : numbers.size() / rows),
                   bytes_of(numbers));
}

}  // namespace clipdex::test
