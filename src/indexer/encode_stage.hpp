/// The stage between pixels and vectors.
#pragma once

#include <vector>

#include "base/bounded_queue.hpp"
#include "encode/encoders.hpp"
#include "indexer/outcome.hpp"

namespace clipdex::indexer {

/// Takes the next squares that wait, at least one and at most `count_max`: a full batch when
/// decoding is ahead, a small one rather than an idle core when it is not. Empty once the queue is
/// drained.
std::vector<Square> take_batch(BoundedQueue<Square>& squares, std::size_t count_max);

/// Encodes a batch. Throws as `encode::ImageEncoder::encode`. Thread-safe.
std::vector<Outcome> encode_batch(encode::ImageEncoder& encoder, std::vector<Square> batch);

}  // namespace clipdex::indexer
