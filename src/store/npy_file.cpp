#include "store/npy_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace clipdex::store {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kVersionBytes = 2;
constexpr std::size_t kHeaderBytesMax = std::size_t{1} << 16;  // numpy writes some 100.

constexpr const char* kNoNpy =
    "is no .npy file of numpy, or a damaged one; write it again with numpy.save";

/// What follows `'key':` in the Python dictionary of a header, without blanks in front; nothing
/// when there is no such key.
std::optional<std::string_view> value_of(std::string_view header, std::string_view key) {
  const std::size_t place = header.find(fmt::format("'{}':", key));
  if (place == std::string_view::npos) return std::nullopt;
  header.remove_prefix(place + key.size() + 3);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

/// The numbers of a Python tuple such as "(3, 512)" or "(3,)" at the beginning of a text.
std::optional<std::vector<std::size_t>> read_tuple(std::string_view text) {
  if (!text.starts_with('(')) return std::nullopt;
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos) return std::nullopt;
  text = text.substr(1, end - 1);
  std::vector<std::size_t> numbers;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    if (text.empty()) return numbers;
    const auto [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), numbers.emplace_back());
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

/// IEEE 754 binary16 to binary32, which holds each of its values.
float from_half(std::uint16_t half) noexcept {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {  // Zero and the subnormal numbers: multiples of 2^-24.
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t biased = exponent == 0x1F ? 0xFFU : exponent + (127 - 15);
  return std::bit_cast<float>(sign | biased << 23 | fraction << 13);
}

template <class Number, class Convert>
void copy_row(const std::byte* from, std::span<float> into, Convert convert) noexcept {
  for (float& value : into) {
    Number number;
    std::memcpy(&number, from, sizeof(number));
    value = convert(number);
    from += sizeof(number);
  }
}

}  // namespace

std::size_t NpyFile::bytes_of(Number number) noexcept {
  return number == Number::float16 ? 2 : number == Number::float32 ? 4 : 8;
}

Result<NpyFile::Shape> NpyFile::read_header(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Error no_npy{ErrorCode::corrupt, kNoNpy};
  if (!text.starts_with(kMagic) || text.size() < kMagic.size() + kVersionBytes + 4) return no_npy;
  // Version 1 has two bytes of length, later ones four.
  const std::size_t length_bytes = text[kMagic.size()] == 1 ? 2 : 4;
  std::uint32_t length = 0;
  std::memcpy(&length, text.data() + kMagic.size() + kVersionBytes, length_bytes);
  Shape shape;
  shape.offset = kMagic.size() + kVersionBytes + length_bytes + length;
  if (length > kHeaderBytesMax || shape.offset > text.size()) return no_npy;
  const std::string_view header = text.substr(shape.offset - length, length);

  const auto number = value_of(header, "descr");
  const auto order = value_of(header, "fortran_order");
  const auto tuple = value_of(header, "shape");
  const auto sizes = tuple ? read_tuple(*tuple) : std::nullopt;
  if (!number || !order || !sizes) return no_npy;
  const auto unsupported = [](const std::string& what) {
    return Error{
        ErrorCode::unsupported,
        what + "; convert it with numpy.ascontiguousarray(array, '<f4'), one vector a row"};
  };
  if (number->starts_with("'<f2'")) {
    shape.number = Number::float16;
  } else if (number->starts_with("'<f8'")) {
    shape.number = Number::float64;
  } else if (!number->starts_with("'<f4'")) {
    return unsupported(
        fmt::format("holds numbers of the type {}", number->substr(0, number->find(','))));
  }
  if (!order->starts_with("False")) return unsupported("is stored column by column");
  if (sizes->size() != 2 || (*sizes)[1] == 0) {
    return unsupported(fmt::format("has the shape {}", tuple->substr(0, tuple->find(')') + 1)));
  }
  shape.rows = (*sizes)[0];
  shape.dimension = (*sizes)[1];
  const std::size_t numbers = (text.size() - shape.offset) / bytes_of(shape.number);
  if (shape.rows > numbers / shape.dimension) {
    return Error{ErrorCode::corrupt, "ends before its last vector does; copy it again"};
  }
  return shape;
}

Result<NpyFile> NpyFile::open(const std::filesystem::path& path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file) return file.error();
  const Result<Shape> shape = read_header(file.value().bytes());
  if (shape) return NpyFile(std::move(file).value(), shape.value());
  return Error{shape.error().code, fmt::format("{} {}", path.native(), shape.error().message)};
}

void NpyFile::read_row(std::size_t row, std::span<float> into) const noexcept {
  const std::byte* from =
      file_.bytes().data() + shape_.offset + row * shape_.dimension * bytes_of(shape_.number);
  switch (shape_.number) {
    case Number::float16:
      return copy_row<std::uint16_t>(from, into, from_half);
    case Number::float32:
      return copy_row<float>(from, into, [](float number) { return number; });
    case Number::float64:
      return copy_row<double>(from, into, [](double number) { return static_cast<float>(number); });
  }
}

}  // namespace clipdex::store
