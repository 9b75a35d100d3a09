#include "support/dng.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace clipdex::test {
namespace {

using Bytes = std::vector<std::byte>;

enum Type : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kSigned = 10
};

void append(Bytes& bytes, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> 8 * i));
}

/// One tag: its type, and its values as they stand in the file; for the rational types, pairs.
struct Field {
  Type type;
  std::vector<std::uint32_t> values;

  std::size_t count() const { return values.size() / (type >= kRational ? 2 : 1); }
  Bytes bytes() const {
    Bytes out;
    for (const std::uint32_t value : values)
      append(out, value, type >= kLong ? 4 : type == kShort ? 2 : 1);
    return out;
  }
};
using Directory = std::map<std::uint16_t, Field>;  // TIFF wants its tags in order.

Field text(const std::string& value) {
  Field field{kAscii, {}};
  for (const char c : value) field.values.push_back(static_cast<std::uint8_t>(c));
  field.values.push_back(0);
  return field;
}

/// Appends data and @return where it lies.
std::uint32_t append_data(Bytes& file, const Bytes& data) {
  if (file.size() % 2 == 1) file.push_back({});
  const auto position = static_cast<std::uint32_t>(file.size());
  file.insert(file.end(), data.begin(), data.end());
  return position;
}

/// Appends a directory after the values that do not fit into it, and @return where it lies.
std::uint32_t append_directory(Bytes& file, const Directory& directory) {
  Bytes entries;
  append(entries, static_cast<std::uint32_t>(directory.size()), 2);
  for (const auto& [tag, field] : directory) {
    append(entries, tag, 2);
    append(entries, field.type, 2);
    append(entries, static_cast<std::uint32_t>(field.count()), 4);
    Bytes value = field.bytes();
    if (value.size() > 4) {
      const std::uint32_t position = append_data(file, value);
      value.clear();
      append(value, position, 4);
    }
    value.resize(4);
    entries.insert(entries.end(), value.begin(), value.end());
  }
  append(entries, 0, 4);
  return append_data(file, entries);
}

Directory sensor_directory(Bytes& file, const DngOptions& options) {
  Bytes sensor;
  for (int y = 0; y < options.height; ++y) {
    for (int x = 0; x < options.width; ++x) {
      const bool is_red = x % 2 == 0 && y % 2 == 0;
      const bool is_blue = x % 2 == 1 && y % 2 == 1;
      const bool is_lamp =
          x >= options.width * 3 / 4;  // Something must be bright, or all is made so.
      append(sensor, is_lamp ? 60000 : is_red ? 12000 : is_blue ? 1500 : 6000, 2);
    }
  }
  const auto width = static_cast<std::uint32_t>(options.width);
  const auto height = static_cast<std::uint32_t>(options.height);
  const std::uint32_t position = append_data(file, sensor);
  return {{254, {kLong, {0}}},        {256, {kLong, {width}}},
          {257, {kLong, {height}}},   {258, {kShort, {16}}},
          {259, {kShort, {1}}},       {262, {kShort, {32803}}},  // A colour filter array.
          {273, {kLong, {position}}}, {277, {kShort, {1}}},
          {278, {kLong, {height}}},   {279, {kLong, {static_cast<std::uint32_t>(sensor.size())}}},
          {33421, {kShort, {2, 2}}},  {33422, {kByte, {0, 1, 1, 2}}},
          {50717, {kLong, {65535}}}};
}

void add_preview(Bytes& file, const DngOptions& options, Directory& directory) {
  const std::uint32_t position = append_data(file, options.preview);
  const auto height = static_cast<std::uint32_t>(options.preview_height);
  directory.merge(Directory{{254, {kLong, {1}}},
                            {256, {kLong, {static_cast<std::uint32_t>(options.preview_width)}}},
                            {257, {kLong, {height}}},
                            {258, {kShort, {8, 8, 8}}},
                            {259, {kShort, {7}}},
                            {262, {kShort, {6}}},
                            {273, {kLong, {position}}},
                            {277, {kShort, {3}}},
                            {278, {kLong, {height}}},
                            {279, {kLong, {static_cast<std::uint32_t>(options.preview.size())}}}});
}

}  // namespace

Bytes make_dng(const DngOptions& options) {
  Bytes file{std::byte{'I'}, std::byte{'I'}};
  append(file, 42, 2);
  append(file, 0, 4);  // Where the first directory lies; filled in last.
  const Directory sensor = sensor_directory(file, options);
  Directory main;
  if (options.preview.empty()) {
    main = sensor;
  } else {
    add_preview(file, options, main);
    main[330] = {kLong, {append_directory(file, sensor)}};
  }
  main[271] = text("Clipdex");
  main[272] = text("Test camera");
  main[274] = {kShort, {static_cast<std::uint32_t>(options.orientation)}};
  main[50706] = {kByte, {1, 4, 0, 0}};
  main[50708] = text("Clipdex Test camera");
  Field matrix{kSigned, {}};  // XYZ to linear sRGB (IEC 61966-2-1), so that the sensor sees sRGB.
  for (const int hundredth : {324, -154, -50, -97, 188, 4, 6, -20, 106}) {
    matrix.values.insert(matrix.values.end(), {static_cast<std::uint32_t>(hundredth), 100});
  }
  main[50721] = matrix;
  main[50728] = {kRational, {1, 1, 1, 1, 1, 1}};  // What is neutral.
  if (!options.taken_at.empty()) {
    main[34665] = {kLong, {append_directory(file, {{36867, text(options.taken_at)}})}};
  }
  Bytes position;
  append(position, append_directory(file, main), 4);
  std::copy(position.begin(), position.end(), file.begin() + 4);
  return file;
}

}  // namespace clipdex::test
