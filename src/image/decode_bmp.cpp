#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "image/byte_reader.hpp"
#include "image/decoders.hpp"
#include "image/limits.hpp"

namespace clipdex::image {
namespace {

using Bytes = std::span<const std::byte>;
using Colour = std::array<std::uint8_t, 3>;

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kCoreHeaderBytes =
    12;  // OS/2 1.x: 16-bit sizes, three bytes a palette entry.
constexpr std::size_t kInfoHeaderBytes = 40;

// The field biCompression of the header.
constexpr std::uint32_t kNone = 0;
constexpr std::uint32_t kRle8 = 1;
constexpr std::uint32_t kRle4 = 2;
constexpr std::uint32_t kBitFields = 3;
constexpr std::uint32_t kAlphaFields = 6;

/// One colour channel of a pixel of 16 or 32 bits.
struct Field {
  std::uint32_t mask = 0;

  std::uint32_t maximum() const { return mask >> std::countr_zero(mask); }
  std::uint8_t of(std::uint32_t pixel) const {
    if (mask == 0) return 0;
    const std::uint64_t value = (pixel & mask) >> std::countr_zero(mask);
    return static_cast<std::uint8_t>(value * 255 / maximum());
  }
};

struct Header {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool is_top_down = false;
  unsigned bits = 0;
  std::uint32_t compression = kNone;
  std::size_t pixels_position = 0;
  std::array<Field, 3> fields{};
  Field alpha{};
  std::array<Colour, 256> palette{};  ///< black where the file has no entry

  bool is_run_length() const { return compression == kRle8 || compression == kRle4; }
  std::size_t stride() const { return (static_cast<std::size_t>(width) * bits + 31) / 32 * 4; }
};

void read_fields(Bytes bytes, std::size_t header_bytes, Header& header) {
  constexpr std::size_t kMasksPosition = kFileHeaderBytes + kInfoHeaderBytes;
  if (header.compression == kBitFields || header.compression == kAlphaFields) {
    for (std::size_t i = 0; i < 3; ++i) {
      header.fields[i].mask = read_little(bytes, kMasksPosition + 4 * i, 4);
    }
    if (header_bytes >= 56 || header.compression == kAlphaFields) {
      header.alpha.mask = read_little(bytes, kMasksPosition + 12, 4);
    }
  } else if (header.bits == 16) {
    header.fields = {Field{0x7C00}, Field{0x03E0}, Field{0x001F}};
  } else {
    header.fields = {Field{0xFF0000}, Field{0x00FF00}, Field{0x0000FF}};
  }
}

void read_palette(Bytes bytes, std::size_t header_bytes, Header& header) {
  const bool is_core = header_bytes == kCoreHeaderBytes;
  const std::size_t entry_bytes = is_core ? 3 : 4;
  const std::uint32_t used = is_core ? 0 : read_little(bytes, kFileHeaderBytes + 32, 4);
  const std::size_t entries = used != 0 && used < 256 ? used : std::size_t{1} << header.bits;
  for (std::size_t i = 0; i < std::min<std::size_t>(entries, 256); ++i) {
    const std::size_t position = kFileHeaderBytes + header_bytes + i * entry_bytes;
    if (position + entry_bytes > header.pixels_position) break;  // The pixels begin here.
    for (std::size_t channel = 0; channel < 3; ++channel) {      // Stored as blue, green, red.
      header.palette[i][channel] =
          static_cast<std::uint8_t>(read_little(bytes, position + 2 - channel, 1));
    }
  }
}

std::int64_t as_signed(std::uint32_t value) { return static_cast<std::int32_t>(value); }

Result<Header> read_header(Bytes bytes, std::uint64_t pixels_max) {
  const std::size_t header_bytes = read_little(bytes, kFileHeaderBytes, 4);
  if (bytes.size() < kFileHeaderBytes + header_bytes) {
    return Error{ErrorCode::corrupt, "the BMP data ends within its header"};
  }
  const bool is_core = header_bytes == kCoreHeaderBytes;
  const auto number = [&](std::size_t position, std::size_t size) {
    return read_little(bytes, kFileHeaderBytes + position, size);
  };
  Header header;
  // Only the longer headers have signed sizes.
  header.width = is_core ? number(4, 2) : as_signed(number(4, 4));
  header.height = is_core ? number(6, 2) : as_signed(number(8, 4));
  header.bits = number(is_core ? 10 : 14, 2);
  header.compression = header_bytes >= kInfoHeaderBytes ? number(16, 4) : kNone;
  header.pixels_position = read_little(bytes, 10, 4);
  header.is_top_down = header.height < 0;
  header.height = std::abs(header.height);
  if (auto error = refuse_size(header.width, header.height, pixels_max)) return *error;

  const bool has_palette = header.bits == 1 || header.bits == 4 || header.bits == 8;
  const bool has_fields = header.bits == 16 || header.bits == 32;
  const bool fits =
      (header.compression == kNone && (has_palette || has_fields || header.bits == 24)) ||
      (header.compression == kRle8 && header.bits == 8) ||
      (header.compression == kRle4 && header.bits == 4) ||
      ((header.compression == kBitFields || header.compression == kAlphaFields) && has_fields);
  if (!fits) {
    return Error{ErrorCode::unsupported,
                 fmt::format("this kind of BMP cannot be decoded: {} bits a pixel, compression {}",
                             header.bits, header.compression)};
  }
  if (has_palette) read_palette(bytes, header_bytes, header);
  if (has_fields) read_fields(bytes, header_bytes, header);
  return header;
}

void put(std::uint8_t* to, const Colour& colour) {
  to[0] = colour[0];
  to[1] = colour[1];
  to[2] = colour[2];
}

void read_palette_row(Bytes row, const Header& header, std::uint8_t* to) {
  const unsigned per_byte = 8 / header.bits;
  const unsigned mask = (1U << header.bits) - 1;
  for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, to += 3) {
    const auto packed = std::to_integer<unsigned>(row[x / per_byte]);
    const unsigned shift = 8 - header.bits * (static_cast<unsigned>(x % per_byte) + 1);
    put(to, header.palette[packed >> shift & mask]);
  }
}

void read_field_row(Bytes row, const Header& header, bool has_alpha, std::uint8_t* to) {
  const std::size_t pixel_bytes = header.bits / 8;
  for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, to += 3) {
    const std::uint32_t pixel = read_little(row, x * pixel_bytes, pixel_bytes);
    const unsigned alpha = has_alpha ? header.alpha.of(pixel) : 255U;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const unsigned value = header.fields[channel].of(pixel);
      to[channel] = static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
}

void read_true_colour_row(Bytes row, const Header& header, std::uint8_t* to) {
  for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, to += 3) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      to[channel] = std::to_integer<std::uint8_t>(row[3 * x + 2 - channel]);
    }
  }
}

/// Many programs declare an alpha channel and leave it at zero; then the picture is meant to be
/// opaque.
bool uses_alpha(Bytes pixels, const Header& header) {
  if (header.alpha.mask == 0) return false;
  const std::size_t pixel_bytes = header.bits / 8;
  for (std::size_t i = 0; i + pixel_bytes <= pixels.size(); i += pixel_bytes) {
    if ((read_little(pixels, i, pixel_bytes) & header.alpha.mask) != 0) return true;
  }
  return false;
}

std::uint8_t* row_of(Raster& raster, const Header& header, std::size_t stored_row) {
  const auto height = static_cast<std::size_t>(raster.height);
  const std::size_t y = header.is_top_down ? stored_row : height - 1 - stored_row;
  return raster.rgb.data() + y * static_cast<std::size_t>(raster.width) * 3;
}

bool read_plain(Bytes pixels, const Header& header, Raster& raster) {
  const std::size_t stride = header.stride();
  const auto rows = static_cast<std::size_t>(header.height);
  // The padding of the last row is often missing.
  const std::size_t last_row_bytes = (static_cast<std::size_t>(header.width) * header.bits + 7) / 8;
  if (pixels.size() < stride * (rows - 1) + last_row_bytes) return false;
  const bool has_alpha = uses_alpha(pixels, header);
  for (std::size_t y = 0; y < rows; ++y) {
    const Bytes row = pixels.subspan(y * stride);
    std::uint8_t* to = row_of(raster, header, y);
    if (header.bits <= 8) {
      read_palette_row(row, header, to);
    } else if (header.bits == 24) {
      read_true_colour_row(row, header, to);
    } else {
      read_field_row(row, header, has_alpha, to);
    }
  }
  return true;
}

/// Run lengths: pairs of a count and a value; a count of 0 starts an escape: 0 ends the row, 1 ends
/// the picture, 2 moves, more is a run of different values. Pixels that are passed over stay index
/// 0.
bool read_run_length(Bytes pixels, const Header& header, Raster& raster) {
  const auto width = static_cast<std::size_t>(header.width);
  const auto height = static_cast<std::size_t>(header.height);
  const bool is_rle4 = header.compression == kRle4;
  for (std::size_t i = 0; i < raster.rgb.size(); i += 3) put(&raster.rgb[i], header.palette[0]);
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t position = 0;
  const auto next = [&] { return read_little(pixels, position++, 1); };
  const auto paint = [&](unsigned packed, bool is_second) {
    const unsigned index = !is_rle4 ? packed : is_second ? packed & 15 : packed >> 4;
    if (x < width) put(row_of(raster, header, y) + x * 3, header.palette[index]);
    ++x;
  };
  while (y < height && position + 2 <= pixels.size()) {
    const unsigned count = next();
    const unsigned value = next();
    if (count > 0) {
      for (unsigned i = 0; i < count; ++i) paint(value, i % 2 == 1);
    } else if (value == 0) {
      x = 0;
      ++y;
    } else if (value == 1) {
      return true;
    } else if (value == 2) {
      x += next();
      y += next();
    } else {
      const std::size_t start = position;
      const std::size_t run_bytes = is_rle4 ? (value + 1) / 2 : value;
      for (unsigned i = 0; i < value; ++i) {
        paint(read_little(pixels, start + (is_rle4 ? i / 2 : i), 1), i % 2 == 1);
      }
      position = start + (run_bytes + 1) / 2 * 2;  // Runs are padded to 16 bits.
    }
  }
  return y >= height || (y + 1 == height && x >= width);
}

}  // namespace

Result<Stored> decode_bmp(Bytes bytes, const DecodeOptions& options) {
  const Result<Header> parsed = read_header(bytes, options.pixels_max);
  if (!parsed) return parsed.error();
  const Header& header = parsed.value();
  const int width = static_cast<int>(header.width);
  const int height = static_cast<int>(header.height);
  const Error cut_off{ErrorCode::corrupt, "the BMP data ends before the picture does"};
  if (header.pixels_position >= bytes.size()) return cut_off;
  const Bytes pixels = bytes.subspan(header.pixels_position);

  Stored stored{.pixels = {width, height, {}}, .width = width, .height = height, .exif = {}};
  stored.pixels.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  const bool complete = header.is_run_length() ? read_run_length(pixels, header, stored.pixels)
                                               : read_plain(pixels, header, stored.pixels);
  if (!complete) return cut_off;
  return stored;
}

}  // namespace clipdex::image
