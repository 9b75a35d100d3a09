// Writes a library of so many images that do not exist, with random unit vectors, as if a model had
// made them. usage: bench_make_library FILE MODEL_DIRECTORY IMAGES
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>

#include "clipdex/model.hpp"
#include "library/vector_snapshot.hpp"
#include "store/catalogue.hpp"
#include "support/random_vectors.hpp"

namespace {

namespace store = clipdex::store;

constexpr std::uint32_t kBatchImages = 1'000;

store::ImageRecord record(std::uint32_t place, store::RootId root) {
  store::ImageRecord record;
  record.path = "/photos/2024/05/an album of some length/IMG_" + std::to_string(place) + ".jpg";
  record.root_id = root;
  record.size_bytes = 2'000'000;
  record.mtime_ns = 1'700'000'000'000'000'000 + place;
  record.hash = clipdex::content_hash(std::as_bytes(std::span(record.path)));
  record.width = 1632;
  record.height = 1224;
  return record;
}

void make(const std::filesystem::path& file, const std::string& directory, std::uint32_t images) {
  const clipdex::Model model(directory);
  store::Catalogue library = store::Catalogue::open(file, store::Access::write);
  const store::ModelId id = library.ensure_model(model.identity(), model.name(),
                                                 std::filesystem::canonical(directory).native());
  library.set_active_model(id);
  const store::RootId root = library.ensure_root({.path = "/photos", .excludes = {}});
  for (std::uint32_t done = 0; done < images; done += kBatchImages) {
    const std::uint32_t count = std::min(kBatchImages, images - done);
    // Seeded by place, so that a larger library begins with the rows of a smaller one.
    const auto vectors =
        clipdex::test::random_unit_vectors(count, model.identity().dimension, done + 1);
    store::Catalogue::Transaction batch(library);
    for (std::uint32_t i = 0; i < count; ++i) {
      library.put_vector(library.put_image(record(done + i, root)), id, vectors[i]);
    }
    batch.commit();
  }
  clipdex::library::refresh_snapshot(library);  // As every run of indexing does at its end.
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_make_library FILE MODEL_DIRECTORY IMAGES\n", stderr);
    return 2;
  }
  try {
    make(argv[1], argv[2], static_cast<std::uint32_t>(std::stoul(argv[3])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_make_library: %s\n", error.what());
    return 3;
  }
}
