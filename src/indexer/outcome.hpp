/// What flows between the stages of indexing.
#pragma once

#include <utility>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "image/raster.hpp"
#include "store/catalogue.hpp"

namespace clipdex::indexer {

/// What a stage found out about one file; the store stage turns it into rows.
enum class Verdict {
  unchanged,     ///< known, and size and time are the same; nothing was read
  same_content,  ///< the content already has a vector, under this path or others
  encoded,       ///< `vector` is new
  failed,        ///< `record.error` says why
  not_image,     ///< some other file
};

struct Outcome {
  Verdict verdict = Verdict::failed;
  store::ImageRecord record;  ///< path, root, size and time are always set
  ImageId known_id = 0;       ///< the row that this path has already; 0: none
  Embedding vector;           ///< for `encoded`, unit length
};

/// A file on its way to being read: where it is, and the row its path has already.
struct Candidate {
  store::ImageRecord record;
  ImageId known_id = 0;
};

/// A decoded image on its way to the encoder.
struct Square {
  Candidate candidate;
  image::Raster pixels;  ///< the model's size on each side; empty for encoders that read the file
};

/// What becomes of a file for which there will be no vector.
inline Outcome failed_outcome(Candidate candidate, Error error) {
  Outcome outcome;
  outcome.verdict = Verdict::failed;
  outcome.record = std::move(candidate.record);
  outcome.record.state = store::ImageState::failed;
  outcome.record.error_code = error.code;
  outcome.record.error = std::move(error.message);
  outcome.known_id = candidate.known_id;
  return outcome;
}

}  // namespace clipdex::indexer
