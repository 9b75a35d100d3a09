/// Snapshots for tests, and damage to their files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "support/places.hpp"
#include "vectors/snapshot_writer.hpp"

namespace clipdex::vectors::test {

/// Ids with gaps, as a library has them after images were removed.
inline std::vector<ImageId> ids_for(std::size_t count) {
  std::vector<ImageId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(static_cast<ImageId>(3 * i + 2));
  return ids;
}

inline SnapshotKey key_for(std::size_t dimension) {
  SnapshotKey key{.model = {.hash = "a model", .dimension = dimension}, .generation = 7};
  key.token.fill(9);
  return key;
}

inline void write_snapshot(const std::filesystem::path& path, const std::vector<ImageId>& ids,
                           const std::vector<Embedding>& vectors, std::size_t dimension,
                           std::uint64_t lists = 1) {
  SnapshotWriter writer(path, key_for(dimension), ids.size(), std::filesystem::perms(0644), lists);
  for (std::size_t i = 0; i < ids.size(); ++i) writer.add(ids[i], vectors[i]);
  writer.finish();
}

inline std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The code and message that opening the file gives.
inline Error refusal(const std::filesystem::path& path) {
  Result<Snapshot> snapshot = Snapshot::open(path);
  if (snapshot) return {ErrorCode::internal, "it was opened"};
  return snapshot.error();
}

}  // namespace clipdex::vectors::test
