/// The simplest image files there are.
#pragma once

#include <string>

namespace clipdex::test {

/// The bytes of a PPM file of 8 x 8 pixels of one colour, each channel from 0 to 255.
inline std::string plain_picture(int red, int green, int blue) {
  std::string bytes = "P6 8 8 255\n";
  for (int pixel = 0; pixel < 64; ++pixel) {
    for (const int channel : {red, green, blue}) bytes += static_cast<char>(channel);
  }
  return bytes;
}

}  // namespace clipdex::test
