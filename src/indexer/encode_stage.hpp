/// The stage between pixels and vectors.
#pragma once

#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "base/bounded_queue.hpp"
#include "clipdex/file_encoder.hpp"
#include "encode/encoders.hpp"
#include "indexer/outcome.hpp"

namespace clipdex::indexer {

/// Takes the next squares that wait, at least one and at most `count_max`: a full batch when
/// decoding is ahead, a small one rather than an idle core when it is not. Empty once the queue is
/// drained.
std::vector<Square> take_batch(BoundedQueue<Square>& squares, std::size_t count_max);

/// What makes the vectors: a model in this process, or encoders elsewhere that read the files.
using AnyEncoder =
    std::variant<std::reference_wrapper<encode::ImageEncoder>, std::reference_wrapper<FileEncoder>>;

/// How an encoder wants its squares; nothing for one that reads the files.
std::optional<image::PreprocessSpec> preprocess_of(const AnyEncoder& encoder);

/// How many images at a time an encoder should be given.
std::size_t batch_best_of(const AnyEncoder& encoder);

/// Encodes a batch. Throws as `encode::ImageEncoder::encode` and `FileEncoder::encode`; an image
/// for which the latter gives an error, or a vector of another dimension, is a failed outcome.
/// Thread-safe.
std::vector<Outcome> encode_batch(const AnyEncoder& encoder, std::vector<Square> batch);

}  // namespace clipdex::indexer
