// Any bytes as a library file: it opens or is refused, and whatever opens can be read, checked and
// repaired without a crash. Damage shows as an Exception, which is the expected outcome.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "store/catalogue.hpp"
#include "store/check.hpp"
#include "store/import_togetheros.hpp"

namespace {

namespace store = clipdex::store;

/// A folder in memory that goes with the process.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = base / ("clipdex-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  /// The folder with one file in it, which holds the input.
  std::filesystem::path put(const std::uint8_t* data, std::size_t size) const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      std::filesystem::remove(entry.path());
    }
    const std::filesystem::path file = path_ / "clip.db";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// Runs one use of the library on its own, so that damage that stops it does not hide the next.
template <class Use>
void expect_exceptions_only(Use use) {
  try {
    use();
  } catch (const clipdex::Exception&) {
    // That is what a damaged file is expected to give.
  }
}

void read_everything(const std::filesystem::path& file) {
  const store::Catalogue library = store::Catalogue::open(file, store::Access::read);
  expect_exceptions_only([&] { library.counts(); });
  expect_exceptions_only([&] { library.roots(); });
  expect_exceptions_only([&] { library.failures(); });
  expect_exceptions_only([&] { library.active_model(); });
  expect_exceptions_only([&] { library.matching({{"**/a*"}, 0, 1}); });
  expect_exceptions_only([&] { library.find_path("/photos/1.jpg", 1); });
  expect_exceptions_only(
      [&] { library.visit_below("/", [](clipdex::ImageId, std::string_view) {}); });
  for (const store::ModelRow& model : library.models()) {
    expect_exceptions_only([&] {
      library.visit_vectors(model.id, [](clipdex::ImageId, std::span<const float> vector) {
        if (vector.empty()) throw clipdex::Exception(clipdex::ErrorCode::internal, "empty");
      });
    });
  }
}

void import_everything(const std::filesystem::path& file) {
  if (!store::is_togetheros_file(file)) return;
  store::Catalogue library =
      store::Catalogue::open(file.parent_path() / "new.db", store::Access::write);
  store::import_togetheros(library, file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::filesystem::path file = folder.put(data, size);
  expect_exceptions_only([&] { read_everything(file); });
  expect_exceptions_only([&] { import_everything(file); });
  expect_exceptions_only([&] { store::check_library(file, false); });
  expect_exceptions_only([&] { store::check_library(file, true); });
  return 0;
}
