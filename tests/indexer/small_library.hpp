/// A folder of small pictures and a library for it, for the tests of this room.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "indexer/pipeline.hpp"
#include "store/catalogue.hpp"
#include "store/rows.hpp"
#include "support/fake_encoders.hpp"
#include "support/places.hpp"

namespace clipdex::indexer::test {

using store::test::error_of;

/// A picture of one colour that no other number below 65,536 has, 2 x 2 pixels, as the text of a
/// PPM file.
inline std::string tiny_picture(unsigned number) {
  std::string text = "P6\n2 2\n255\n";
  for (int i = 0; i < 4; ++i) {
    text += {static_cast<char>(number & 255), static_cast<char>(number >> 8 & 255), '\x40'};
  }
  return text;
}

/// The vector that the fake encoder gives for `tiny_picture`.
inline Embedding tiny_vector(unsigned number) {
  return clipdex::test::colour_vector(number & 255, number >> 8 & 255, 0x40);
}

/// What stat(2) says of a path.
inline FileStamp stamp_of_path(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return stamp_of(status);
}

/// A folder `photos` beside a library `clip.db` that knows the folder as a root.
class SmallLibraryTest : public ::testing::Test {
 protected:
  SmallLibraryTest() { std::filesystem::create_directory(photos_); }

  /// The absolute path of a name below the folder, as the library holds it.
  std::string path_of(std::string_view name) const { return (photos_ / name).native(); }

  /// Writes a tiny picture below the folder, and gives its path.
  std::string put_picture(std::string_view name, unsigned number) const {
    clipdex::test::write_text(photos_ / name, tiny_picture(number));
    return path_of(name);
  }

  /// A root of the library; the same for the same path.
  store::Root root_at(const std::filesystem::path& folder) {
    store::Root root;
    root.path = folder.native();
    root.id = library_.ensure_root(root);
    return root;
  }

  store::Catalogue open_reader() const {
    return store::Catalogue::open(file_, store::Access::read);
  }

  /// A run over the folder with one worker of each kind.
  IndexJob job() {
    return {.library = library_,
            .model = model_,
            .encoder = encoder_,
            .open_reader = [this] { return open_reader(); },
            .scopes = {{root_, root_.path}},
            .retry_failed = false,
            .threads = 1,
            .progress = {}};
  }

  /// The row of a name below the folder, which must be there.
  store::KnownFile row_of(std::string_view name) const {
    const auto row = library_.find_path(path_of(name), model_);
    EXPECT_TRUE(row) << name;
    return row.value_or(store::KnownFile{});
  }

  bool is_known(std::string_view name) const {
    return library_.find_path(path_of(name), model_).has_value();
  }

  /// The stored vector of an image; empty when it has none.
  Embedding vector_of(ImageId wanted) const {
    Embedding found;
    library_.visit_vectors(model_, [&](ImageId id, std::span<const float> vector) {
      if (id == wanted) found.assign(vector.begin(), vector.end());
    });
    return found;
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path photos_ = directory_.path() / "photos";
  const std::filesystem::path file_ = directory_.path() / "clip.db";
  store::Catalogue library_ = store::Catalogue::open(file_, store::Access::write);
  const store::ModelId model_ = library_.ensure_model(store::test::identity(), "m", "");
  const store::Root root_ = root_at(photos_);
  clipdex::test::FakeImageEncoder encoder_;
};

}  // namespace clipdex::indexer::test
