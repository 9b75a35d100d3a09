// Any bytes as a .npy file: it is opened or refused, and every row of what opens can be read.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/npy_file.hpp"

namespace {

constexpr std::size_t kRowsTriedMax = 1000;

/// A file in memory that goes with the process.
class Place {
 public:
  Place() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = base / ("clipdex-fuzz-" + std::to_string(::getpid()) + ".npy");
  }
  ~Place() { std::filesystem::remove(path_); }

  const std::filesystem::path& put(const std::uint8_t* data, std::size_t size) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return path_;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  const auto file = clipdex::store::NpyFile::open(place.put(data, size));
  if (!file) return 0;
  const std::size_t rows = file.value().rows();
  std::vector<float> row(file.value().dimension());
  for (std::size_t i = 0; i < std::min(rows, kRowsTriedMax); ++i) file.value().read_row(i, row);
  if (rows > 0) file.value().read_row(rows - 1, row);
  return 0;
}
