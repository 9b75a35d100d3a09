/// A folder of photos, a library file and a home of their own: what tests of whole runs begin with.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "clipdex/library.hpp"
#include "search/environment.hpp"
#include "store/connection.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::test {

/// Matches a call that throws an `Exception` with this code, and these words in its message.
inline auto throws_error(ErrorCode code, const std::string& words) {
  return ::testing::Throws<Exception>(
      ::testing::AllOf(::testing::Property("code", &Exception::code, code),
                       ::testing::Property("what", &Exception::what, ::testing::HasSubstr(words))));
}

/// The base names of the hits, in order.
inline std::vector<std::string> names_of(const SearchResult& result) {
  std::vector<std::string> names;
  for (const Hit& hit : result.hits) {
    names.push_back(std::filesystem::path(hit.path).filename().native());
  }
  return names;
}

inline Query words(std::string_view text, std::size_t hits_max = 100) {
  Query query = parse_query(text).value_or_throw();
  query.hits_max = hits_max;
  return query;
}

inline Query example(const std::filesystem::path& image, std::size_t hits_max = 100) {
  Query query;
  query.terms = {{QueryTerm::Kind::image_file, image.native(), 1}};
  query.hits_max = hits_max;
  return query;
}

/// A picture of the sample album.
inline std::filesystem::path album(std::string_view name) {
  return source_directory() / "samples" / "album" / name;
}

/// Writes a clip.db as the TogetheROS box did, with one image /x/a.jpg of four dimensions or more.
inline void make_old_library(const std::filesystem::path& file, int dimension = 4) {
  const std::string zeros(static_cast<std::size_t>(dimension - 1) * 8, '0');
  store::Connection(file, store::Connection::Mode::write)
      .run(
          "CREATE TABLE ClipItems(id INTEGER PRIMARY KEY, timestamp INTEGER, type INTEGER, "
          "name TEXT, text TEXT, url TEXT, feature BLOB, extra TEXT); "
          "INSERT INTO ClipItems VALUES(1, 0, 1, 'a.jpg', '', '/x/a.jpg', "
          "x'0000803f" +
          zeros + "', '')");
}

class LibraryScene : public ::testing::Test {
 protected:
  /// Puts a picture of the album into the folder of photos, under any name; gives its path.
  std::string put(std::string_view name, std::string_view picture = "photo_cat.jpg") const {
    const std::filesystem::path path = photos_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::copy_file(album(picture), path,
                               std::filesystem::copy_options::overwrite_existing);
    return path.native();
  }

  /// Puts a picture of its own for each number: readers of JPEG ignore what follows the picture.
  void put_numbered(int count) const {
    for (int i = 0; i < count; ++i) {
      const std::string path = put("many/" + std::to_string(i) + ".jpg");
      std::ofstream(path, std::ios::binary | std::ios::app) << i;
    }
  }

  /// The quickest model there is; its vectors mean nothing, but an image finds itself.
  static std::filesystem::path small_model() { return test_models_directory() / "immich"; }

  LibraryOptions options(const std::filesystem::path& model = {}) const {
    return {.file = file_, .model = model.native()};
  }

  /// Puts folders, or all photos, into the library with the small model.
  IndexReport index(IndexOptions what = {}) const {
    if (what.folders.empty()) what.folders = {photos_};
    return Library(options(small_model())).index(what);
  }

  /// Brings the folders that the library knows up to date.
  IndexReport index_known(IndexOptions what = {}) const { return Library(options()).index(what); }

  /// The base names of every image in the library, sorted.
  std::vector<std::string> names_in_library() const {
    std::vector<std::string> names = names_of(Library(options()).search(words("anything")));
    std::sort(names.begin(), names.end());
    return names;
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path home_ = std::filesystem::canonical(directory_.path());
  const std::filesystem::path photos_ = home_ / "photos";
  const std::filesystem::path file_ = home_ / "clip.db";

 private:
  // Neither the user's own models nor their settings may take part.
  const TemporaryCacheHome cache_;
  const ScopedVariable data_{"XDG_DATA_HOME", home_ / "data"};
  const ScopedVariable library_{"CLIPDEX_LIBRARY", std::nullopt};
  const ScopedVariable model_{"CLIPDEX_MODEL", std::nullopt};
};

}  // namespace clipdex::test
