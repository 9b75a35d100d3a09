#include "encode/album_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/file.hpp"
#include "encode/reference_data.hpp"

namespace clipdex::encode {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPictureBytesMax = 64 << 20;
constexpr std::size_t kHits = 5;

struct Picture {
  std::string title;
  Embedding vector;
};

/// The title that a file's name gives; empty where it gives none.
std::string title_of(const fs::path& file) {
  std::string name = file.stem().string();
  while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.pop_back();
  const std::size_t kind_end = name.find('_');
  if (kind_end == std::string::npos || kind_end + 1 == name.size()) return {};
  std::ranges::replace(name, '_', ' ');
  return fmt::format("a {} of {}", name.substr(0, kind_end), name.substr(kind_end + 1));
}

std::vector<Picture> pictures_in(const fs::path& album, ImageEncoder& encoder) {
  std::vector<Picture> pictures;
  std::error_code error;
  for (fs::directory_iterator entry(album, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::string title = title_of(entry->path());
    if (title.empty()) continue;
    const Result<FileContent> content = read_file(entry->path(), kPictureBytesMax);
    if (!content) continue;
    Result<Embedding> vector =
        encode_image_bytes(encoder, content.value().bytes, image::Fidelity::fast);
    if (vector) pictures.push_back({std::move(title), std::move(vector).value()});
  }
  return pictures;
}

/// How many pictures score higher than the best one of this title.
std::size_t place_of(const std::string& title, const Embedding& text,
                     const std::vector<Picture>& pictures) {
  double best = -1;
  for (const Picture& picture : pictures) {
    if (picture.title == title) best = std::max(best, cosine(picture.vector, text));
  }
  return static_cast<std::size_t>(std::ranges::count_if(
      pictures, [&](const Picture& picture) { return cosine(picture.vector, text) > best; }));
}

}  // namespace

Check examine_album(ImageEncoder& images, TextEncoder& texts, const fs::path& album) {
  const std::vector<Picture> pictures = pictures_in(album, images);
  if (pictures.empty()) {
    return {"album", CheckState::skipped, "there are no pictures with titles to search among"};
  }
  std::map<std::string, Embedding> titles;
  for (const Picture& picture : pictures) titles.try_emplace(picture.title);
  std::size_t first = 0;
  std::size_t among = 0;
  for (auto& [title, vector] : titles) {
    vector = texts.encode(title).vector;
    const std::size_t place = place_of(title, vector, pictures);
    first += place == 0 ? 1U : 0U;
    among += place < kHits ? 1U : 0U;
  }
  const auto percent = [&](std::size_t count) {
    return 100.0 * static_cast<double>(count) / static_cast<double>(titles.size());
  };
  return {
      "album", CheckState::passed,
      fmt::format("titles that find their picture first: {:.0f} %, among the first {}: {:.0f} % "
                  "({} titles, {} pictures; not judged)",
                  percent(first), kHits, percent(among), titles.size(), pictures.size())};
}

}  // namespace clipdex::encode
