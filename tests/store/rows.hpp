/// Rows that the tests of this room put into libraries.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "clipdex/error.hpp"
#include "store/catalogue.hpp"

namespace clipdex::store::test {

inline constexpr std::size_t kDimension = 16;

inline ModelIdentity identity(char digit = 'a', std::size_t dimension = kDimension) {
  return {.hash = std::string(64, digit), .dimension = dimension};
}

/// A ready image whose content is its path, so that every path has a content of its own.
inline ImageRecord record(std::string path) {
  ImageRecord record;
  record.hash = content_hash(std::as_bytes(std::span(path)));
  record.path = std::move(path);
  record.size_bytes = 1000;
  record.mtime_ns = 1'700'000'000'000'000'000;
  record.width = 640;
  record.height = 480;
  return record;
}

inline ImageRecord failed_record(std::string path, std::string error) {
  ImageRecord failed = record(std::move(path));
  failed.state = ImageState::failed;
  failed.error_code = ErrorCode::corrupt;
  failed.error = std::move(error);
  return failed;
}

/// A unit vector that depends on the seed only.
inline std::vector<float> unit_vector(std::uint32_t seed, std::size_t dimension = kDimension) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimension);
  double squares = 0;
  for (float& value : vector) squares += std::pow(value = normal(generator), 2);
  for (float& value : vector) value /= static_cast<float>(std::sqrt(squares));
  return vector;
}

/// Puts `count` images /photos/0.jpg, /photos/1.jpg, ... with vectors of `model` in; image i has
/// the vector of seed i.
inline void put_images(Catalogue& library, ModelId model, int count) {
  Catalogue::Transaction batch(library);
  for (int i = 0; i < count; ++i) {
    const ImageId id = library.put_image(record("/photos/" + std::to_string(i) + ".jpg"));
    library.put_vector(id, model, unit_vector(static_cast<std::uint32_t>(i)));
  }
  batch.commit();
}

/// Every vector of a model in the order of the visit.
inline std::vector<std::pair<ImageId, std::vector<float>>> vectors_of(const Catalogue& library,
                                                                      ModelId model) {
  std::vector<std::pair<ImageId, std::vector<float>>> all;
  library.visit_vectors(model, [&](ImageId id, std::span<const float> vector) {
    all.emplace_back(id, std::vector<float>(vector.begin(), vector.end()));
  });
  return all;
}

/// The error that a call throws; fails the test's expectation with code `stopped` when it throws
/// none.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Exception& exception) {
    return exception.error();
  }
  return {ErrorCode::stopped, "nothing was thrown"};
}

}  // namespace clipdex::store::test
