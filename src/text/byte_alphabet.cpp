#include "text/byte_alphabet.hpp"

namespace clipdex::text {
namespace {

bool is_visible(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

/// The UTF-8 form of a code point below U+0800, which is as far as the alphabet goes.
std::string utf8_of(unsigned code_point) {
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  return {static_cast<char>(0xC0 | code_point >> 6), static_cast<char>(0x80 | (code_point & 0x3F))};
}

std::array<std::string, 256> make_alphabet() {
  std::array<std::string, 256> alphabet;
  unsigned next_substitute = 0x100;
  for (unsigned byte = 0; byte < alphabet.size(); ++byte) {
    alphabet[byte] = utf8_of(is_visible(byte) ? byte : next_substitute++);
  }
  return alphabet;
}

}  // namespace

const std::array<std::string, 256>& byte_alphabet() {
  static const std::array<std::string, 256> alphabet = make_alphabet();
  return alphabet;
}

std::vector<std::uint8_t> bytes_in_vocabulary_order() {
  std::vector<std::uint8_t> visible;
  std::vector<std::uint8_t> others;
  for (unsigned byte = 0; byte < 256; ++byte) {
    (is_visible(byte) ? visible : others).push_back(static_cast<std::uint8_t>(byte));
  }
  visible.insert(visible.end(), others.begin(), others.end());
  return visible;
}

}  // namespace clipdex::text
