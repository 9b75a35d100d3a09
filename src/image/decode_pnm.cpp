#include <algorithm>
#include <cstdint>
#include <string_view>

#include "image/decoders.hpp"
#include "image/limits.hpp"

namespace clipdex::image {
namespace {

constexpr std::uint32_t kSampleMax = 65535;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Walks through the text of a netpbm file (netpbm's own manual pages pbm(5), pgm(5), ppm(5)).
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// The next number of a header or of plain data, after white space and comments; -1 when there is
  /// none.
  std::int64_t number() {
    skip_blanks();
    if (at_end() || !is_digit(text_[position_])) return -1;
    std::int64_t value = 0;
    while (!at_end() && is_digit(text_[position_])) {
      value = std::min<std::int64_t>(value * 10 + (text_[position_++] - '0'), INT32_MAX);
    }
    return value;
  }

  /// One pixel of a plain bitmap, where no blanks are needed between the digits; -1 when there is
  /// none.
  std::int64_t bit() {
    skip_blanks();
    return !at_end() && (text_[position_] == '0' || text_[position_] == '1')
               ? text_[position_++] - '0'
               : -1;
  }

  /// Skips the one white space that stands between the header and raw data, and gives that data.
  std::string_view raw() { return text_.substr(std::min(position_ + 1, text_.size())); }

  void skip(std::size_t count) { position_ += count; }

 private:
  bool at_end() const { return position_ >= text_.size(); }
  void skip_blanks() {
    while (!at_end() && (is_space(text_[position_]) || text_[position_] == '#')) {
      if (text_[position_] == '#') position_ = std::min(text_.find('\n', position_), text_.size());
      if (!at_end()) ++position_;
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

/// One of the six kinds: P1 to P3 are plain text, P4 to P6 the same as raw bytes.
struct Header {
  bool is_raw = false;
  bool is_bitmap = false;
  std::size_t channels = 1;
  int width = 0;
  int height = 0;
  std::uint32_t maximum = 1;  ///< the value of full light

  std::size_t row_samples() const { return static_cast<std::size_t>(width) * channels; }
};

Result<Header> read_header(char kind, Reader& reader, std::uint64_t pixels_max) {
  Header header;
  header.is_raw = kind >= '4';
  header.is_bitmap = kind == '1' || kind == '4';
  header.channels = kind == '3' || kind == '6' ? 3 : 1;
  const std::int64_t width = reader.number();
  const std::int64_t height = reader.number();
  if (auto error = refuse_size(width, height, pixels_max)) return *error;
  const std::int64_t maximum = header.is_bitmap ? 1 : reader.number();
  if (maximum < 1 || maximum > kSampleMax) {
    return Error{ErrorCode::corrupt, "the PNM header states no maximum between 1 and 65535"};
  }
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  header.maximum = static_cast<std::uint32_t>(maximum);
  return header;
}

/// value · 255 / maximum, rounded.
std::uint8_t scale(std::uint32_t value, const Header& header) {
  if (header.is_bitmap) return value != 0 ? 0 : 255;
  const std::uint32_t light = std::min(value, header.maximum);
  return static_cast<std::uint8_t>((light * 255 * 2 + header.maximum) / (2 * header.maximum));
}

/// Writes sample number `index` of the picture, three times when it is grey.
void put(Raster& raster, const Header& header, std::size_t index, std::uint32_t value) {
  const std::uint8_t byte = scale(value, header);
  if (header.channels == 3) {
    raster.rgb[index] = byte;
  } else {
    std::fill_n(&raster.rgb[index * 3], 3, byte);
  }
}

bool read_plain(Reader& reader, const Header& header, Raster& raster) {
  const std::size_t samples = header.row_samples() * static_cast<std::size_t>(header.height);
  for (std::size_t i = 0; i < samples; ++i) {
    const std::int64_t value = header.is_bitmap ? reader.bit() : reader.number();
    if (value < 0) return false;
    put(raster, header, i, static_cast<std::uint32_t>(value));
  }
  return true;
}

bool read_raw(std::string_view data, const Header& header, Raster& raster) {
  const std::size_t sample_bytes = header.maximum > 255 ? 2 : 1;
  const std::size_t row_bytes =
      header.is_bitmap ? (header.row_samples() + 7) / 8 : header.row_samples() * sample_bytes;
  const auto rows = static_cast<std::size_t>(header.height);
  if (data.size() / row_bytes < rows) return false;
  const auto byte = [&](std::size_t position) { return static_cast<std::uint8_t>(data[position]); };
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < header.row_samples(); ++x) {
      const std::size_t row = y * row_bytes;
      std::uint32_t value = 0;
      if (header.is_bitmap) {
        value = byte(row + x / 8) >> (7 - x % 8) & 1U;
      } else if (sample_bytes == 1) {
        value = byte(row + x);
      } else {
        value = static_cast<std::uint32_t>(byte(row + 2 * x) << 8 | byte(row + 2 * x + 1));
      }
      put(raster, header, y * header.row_samples() + x, value);
    }
  }
  return true;
}

}  // namespace

Result<Stored> decode_pnm(std::span<const std::byte> bytes, const DecodeOptions& options) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Reader reader(text);
  reader.skip(2);
  const Result<Header> parsed = read_header(text[1], reader, options.pixels_max);
  if (!parsed) return parsed.error();
  const Header& header = parsed.value();
  const Error cut_off{ErrorCode::corrupt, "the PNM data ends before the picture does"};
  // Every sample takes a bit at least, so a short file never makes a large raster.
  const std::size_t samples = header.row_samples() * static_cast<std::size_t>(header.height);
  if (bytes.size() < samples / 8) return cut_off;
  Stored stored{.pixels = {header.width, header.height, {}},
                .width = header.width,
                .height = header.height,
                .exif = {}};
  stored.pixels.rgb.resize(samples * 3 / header.channels);
  const bool complete = header.is_raw ? read_raw(reader.raw(), header, stored.pixels)
                                      : read_plain(reader, header, stored.pixels);
  if (!complete) return cut_off;
  return stored;
}

}  // namespace clipdex::image
