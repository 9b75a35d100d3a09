// Any bytes as a snapshot of vectors: it is opened or refused, and whatever opens can be searched
// and checked. A checksum guards the header, so the input also comes behind a header that fits it.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "vectors/scan_index.hpp"
#include "vectors/snapshot.hpp"

namespace {

using clipdex::ImageId;
using clipdex::vectors::ScanIndex;
using clipdex::vectors::Snapshot;
using clipdex::vectors::SnapshotHeader;

constexpr std::size_t kRowsTriedMax = 300;
constexpr std::size_t kDimensionTriedMax = 80;
constexpr std::size_t kRowsWithSigns = 20'100;  // More than are searched without the signs.

/// A file in memory that goes with the process.
class Place {
 public:
  Place() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = base / ("clipdex-fuzz-" + std::to_string(::getpid()) + ".vectors");
  }
  ~Place() { std::filesystem::remove(path_); }

  const std::filesystem::path& put(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return path_;
  }

 private:
  std::filesystem::path path_;
};

void use(const std::filesystem::path& path) {
  clipdex::Result<Snapshot> opened = Snapshot::open(path);
  if (!opened) return;
  opened.value().check_planes();
  opened.value().has_key({});
  if (opened.value().dimension() > 4 * kDimensionTriedMax) return;
  const ScanIndex index(std::move(opened).value(), {.rows_without_lists_max = kRowsTriedMax / 2});
  const std::vector<float> query(index.dimension(), 0.5F);
  const std::vector<ImageId> admitted = {-1, 0, 1, 2, 255, 1 << 20};
  for (const std::size_t k : {1, 50}) {
    index.search(query, k, std::nullopt);
    index.search(query, k, admitted);
  }
  index.count(admitted);
}

/// A whole file of the size that the first two bytes ask for, with the input in its planes; now and
/// then so large that a search begins with the signs.
std::string behind_a_header(const std::uint8_t* data, std::size_t size) {
  SnapshotHeader header;
  const bool is_large = data[0] == 255;
  header.rows = is_large ? kRowsWithSigns : data[0] * kRowsTriedMax / 254;
  header.dimension = 1 + (is_large ? data[1] % 4 : data[1] * kDimensionTriedMax / 255);
  header.lists = std::clamp<std::uint64_t>(data[1] % 8, 1, std::max<std::uint64_t>(header.rows, 1));
  const auto layout =
      clipdex::vectors::snapshot_layout(header.rows, header.dimension, header.lists);
  std::string bytes(layout.file_bytes, '\0');
  for (std::size_t at = 0; size > 2 && at < bytes.size(); at += size - 2) {
    std::memcpy(bytes.data() + at, data + 2, std::min(size - 2, bytes.size() - at));
  }
  const auto head = header.to_bytes();
  std::memcpy(bytes.data(), head.data(), head.size());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  use(place.put({reinterpret_cast<const char*>(data), size}));
  if (size >= 2) use(place.put(behind_a_header(data, size)));
  return 0;
}
