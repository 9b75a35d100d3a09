#include "image/decoders.hpp"

namespace clipdex::image {

void cmyk_to_rgb(std::span<const std::uint8_t> cmyk, std::span<std::uint8_t> rgb) noexcept {
  // light · (1 − ink), where the product of two bytes is divided by 255 and rounded, in integers.
  const auto product = [](unsigned a, unsigned b) {
    const unsigned sum = a * b + 128;
    return (sum + (sum >> 8)) >> 8;
  };
  for (std::size_t i = 0; i < rgb.size() / 3; ++i) {
    const unsigned light = 255U - cmyk[4 * i + 3];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      rgb[3 * i + channel] =
          static_cast<std::uint8_t>(light - product(cmyk[4 * i + channel], light));
    }
  }
}

}  // namespace clipdex::image
