#include "vectors/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/signs.hpp"

namespace clipdex::vectors {
namespace {

static_assert(std::endian::native == std::endian::little,
              "planes lie in the file as they lie in memory");

constexpr std::string_view kMagic = "ClDxVec\n";  // A transfer as text changes the last byte.
constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kByteOrder = 0x0102'0304;
constexpr std::array<std::string_view, kPlanes> kPlaneNames = {
    "list ends", "centres", "ids", "sign scales", "signs", "scales", "codes", "floats"};

/// Puts values one behind the other, and takes them out again in the same order.
class Cursor {
 public:
  explicit Cursor(std::byte* at) : at_(at) {}
  void put(const void* value, std::size_t size) {
    std::memcpy(at_, value, size);
    at_ += size;
  }
  void take(void* value, std::size_t size) {
    std::memcpy(value, at_, size);
    at_ += size;
  }

 private:
  std::byte* at_;
};

Error corrupt(std::string_view why) {
  return {ErrorCode::corrupt, fmt::format("it is no whole vector snapshot: {}", why)};
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kSnapshotAlignment - 1) / kSnapshotAlignment * kSnapshotAlignment;
}

/// Why numbers that are about to decide where is read cannot be right.
std::optional<Error> check_bounds(const SnapshotHeader& header) {
  if (header.dimension == 0 || header.dimension > kCodedDimensionMax) {
    return corrupt("its vectors have an impossible length");
  }
  if (header.rows > kSnapshotRowsMax) return corrupt("it has an impossible number of rows");
  if (header.lists == 0 || header.lists > std::max<std::uint64_t>(header.rows, 1)) {
    return corrupt("it has an impossible number of lists");
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t lists_for(std::uint64_t rows) noexcept {
  if (rows <= kRowsInOneListMax) return 1;
  return static_cast<std::uint64_t>(2 * std::sqrt(static_cast<double>(rows)));
}

SnapshotLayout snapshot_layout(std::uint64_t rows, std::size_t dimension,
                               std::uint64_t lists) noexcept {
  SnapshotLayout layout;
  const std::uint64_t in_blocks = rows_in_blocks(rows);
  layout.sizes = {lists * sizeof(std::uint64_t),
                  lists * float_stride(dimension) * sizeof(float),
                  rows * sizeof(ImageId),
                  in_blocks * sizeof(float),
                  in_blocks * sign_words(dimension) * sizeof(std::uint64_t),
                  rows * sizeof(float),
                  rows * code_stride(dimension),
                  rows * float_stride(dimension) * sizeof(float)};
  layout.file_bytes = SnapshotHeader::kBytes;
  for (std::size_t i = 0; i < kPlanes; ++i) {
    layout.offsets[i] = aligned(layout.file_bytes);
    layout.file_bytes = layout.offsets[i] + layout.sizes[i];
  }
  return layout;
}

std::array<std::byte, SnapshotHeader::kBytes> SnapshotHeader::to_bytes() const noexcept {
  std::array<std::byte, kBytes> bytes{};
  Cursor cursor(bytes.data());
  cursor.put(kMagic.data(), kMagic.size());
  cursor.put(&kVersion, sizeof(kVersion));
  cursor.put(&kByteOrder, sizeof(kByteOrder));
  cursor.put(&rows, sizeof(rows));
  cursor.put(&dimension, sizeof(dimension));
  cursor.put(&lists, sizeof(lists));
  cursor.put(&generation, sizeof(generation));
  cursor.put(&rotation_seed, sizeof(rotation_seed));
  for (const ContentHash* hash : {&token, &model}) cursor.put(hash->data(), hash->size());
  for (const ContentHash& hash : checksums) cursor.put(hash.data(), hash.size());
  const ContentHash own = content_hash(std::span(bytes).first(kBytes - sizeof(ContentHash)));
  std::memcpy(bytes.data() + kBytes - own.size(), own.data(), own.size());
  return bytes;
}

Result<SnapshotHeader> SnapshotHeader::from_bytes(std::span<const std::byte> bytes) {
  if (bytes.size() < kBytes) return corrupt("it is too short");
  std::array<std::byte, kBytes> copy{};
  std::ranges::copy(bytes.first(kBytes), copy.begin());
  Cursor cursor(copy.data());
  std::array<char, kMagic.size()> magic{};
  cursor.take(magic.data(), magic.size());
  if (!std::ranges::equal(magic, kMagic)) return corrupt("it begins like another kind of file");
  std::uint32_t version = 0;
  std::uint32_t byte_order = 0;
  cursor.take(&version, sizeof(version));
  cursor.take(&byte_order, sizeof(byte_order));
  if (byte_order != kByteOrder || version != kVersion) {
    return Error{
        ErrorCode::unsupported,
        "it is a vector snapshot of another version of clipdex or another kind of machine"};
  }
  SnapshotHeader header;
  cursor.take(&header.rows, sizeof(header.rows));
  cursor.take(&header.dimension, sizeof(header.dimension));
  cursor.take(&header.lists, sizeof(header.lists));
  cursor.take(&header.generation, sizeof(header.generation));
  cursor.take(&header.rotation_seed, sizeof(header.rotation_seed));
  for (ContentHash* hash : {&header.token, &header.model}) cursor.take(hash->data(), hash->size());
  for (ContentHash& hash : header.checksums) cursor.take(hash.data(), hash.size());
  // Everything else is checked by making the bytes again: they hold nothing but these values.
  if (header.to_bytes() != copy) return corrupt("the checksum of its header is wrong");
  if (const std::optional<Error> error = check_bounds(header)) return *error;
  return header;
}

ContentHash model_mark(const ModelIdentity& model) noexcept {
  return content_hash(std::as_bytes(std::span(model.hash)));
}

Result<Snapshot> Snapshot::open(const std::filesystem::path& path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file) return file.error();
  const std::span<const std::byte> bytes = file.value().bytes();
  Result<SnapshotHeader> header = SnapshotHeader::from_bytes(bytes);
  if (header) {
    const SnapshotLayout layout =
        snapshot_layout(header.value().rows, header.value().dimension, header.value().lists);
    if (layout.file_bytes == bytes.size()) {
      return Snapshot(std::move(file).value(), header.value());
    }
    header = corrupt("its size is not what its header says");
  }
  return Error{header.error().code,
               fmt::format("cannot use {}: {}", path.native(), header.error().message)};
}

bool Snapshot::has_key(const SnapshotKey& key) const noexcept {
  return header_.generation == key.generation && header_.token == key.token &&
         header_.dimension == key.model.dimension && header_.model == model_mark(key.model);
}

template <class Number>
std::span<const Number> Snapshot::plane(Plane which) const noexcept {
  const auto i = static_cast<std::size_t>(which);
  const std::byte* begin = file_.bytes().data() + layout_.offsets[i];
  return {reinterpret_cast<const Number*>(begin), layout_.sizes[i] / sizeof(Number)};
}

std::span<const std::uint64_t> Snapshot::list_ends() const noexcept {
  return plane<std::uint64_t>(Plane::list_ends);
}
std::span<const float> Snapshot::centres() const noexcept { return plane<float>(Plane::centres); }
std::span<const ImageId> Snapshot::ids() const noexcept { return plane<ImageId>(Plane::ids); }
std::span<const float> Snapshot::sign_scales() const noexcept {
  return plane<float>(Plane::sign_scales);
}
std::span<const std::uint64_t> Snapshot::signs() const noexcept {
  return plane<std::uint64_t>(Plane::signs);
}
std::span<const float> Snapshot::scales() const noexcept { return plane<float>(Plane::scales); }
std::span<const std::int8_t> Snapshot::codes() const noexcept {
  return plane<std::int8_t>(Plane::codes);
}
std::span<const float> Snapshot::floats() const noexcept { return plane<float>(Plane::floats); }

std::string Snapshot::check_planes() const {
  for (std::size_t i = 0; i < kPlanes; ++i) {
    if (content_hash(plane<std::byte>(static_cast<Plane>(i))) != header_.checksums[i]) {
      return fmt::format("the checksum of its {} is wrong", kPlaneNames[i]);
    }
  }
  std::uint64_t begin = 0;
  for (const std::uint64_t end : list_ends()) {
    if (end < begin || end > rows()) return "its lists are in disorder";
    const auto of_list = ids().subspan(begin, end - begin);
    if (std::ranges::adjacent_find(of_list, std::greater_equal{}) != of_list.end()) {
      return "its ids do not ascend";
    }
    begin = end;
  }
  return begin == rows() ? "" : "its lists are in disorder";
}

}  // namespace clipdex::vectors
