/// The plain values that every door of clipdex speaks in. No behaviour, no ownership beyond their
/// own members; copy and move them freely, from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clipdex {

/// Names one image of a library for as long as the library lives; never reused, never 0 for an
/// image.
using ImageId = std::int64_t;

/// A unit-length float32 vector; its size is the model's dimension.
using Embedding = std::vector<float>;

/// Which embedding space a vector belongs to. Two vectors may be compared only when both fields
/// agree.
struct ModelIdentity {
  std::string hash;           ///< 64 hexadecimal digits over everything that decides the vectors
  std::size_t dimension = 0;  ///< floats a vector

  friend bool operator==(const ModelIdentity&, const ModelIdentity&) = default;
};

/// The identity of the vectors that the TogetheROS box's own image encoder makes, over the wire or
/// in an imported `clip.db`. Of its model only the text encoder runs here.
inline constexpr std::string_view kTogetherosIdentity = "togetheros:clip_encode_image";

/// Which form of a model runs: `clipdex model optimize` writes others beside the original. All of
/// them make vectors of one embedding space.
enum class ModelPrecision {
  automatic,  ///< int8 where it was written and fits the model, else the original
  int8,       ///< int8, or an error where there is none
  float32,    ///< the optimised float32 form where it was written and fits, else the original
};

/// One image found by a search.
struct Hit {
  int rank = 0;  ///< from 1, in descending order of score
  ImageId image_id = 0;
  std::string path;  ///< absolute; the bytes the file system gave, not always UTF-8
  double score = 0;  ///< cosine of the query's vector and the image's, -1 to 1
  /// Of a search by texts: the share of unrelated stock texts whose best hit in this library is
  /// worse, 0 to 1, with the same meaning for every model. Nothing where it is not calibrated.
  std::optional<double> match{};
};

}  // namespace clipdex
