/// Encoders that live elsewhere: in another process, or on another machine.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex {

/// Turns image files into vectors by means of its own. What it needs from a file it reads itself,
/// by path. Thread-safe.
class FileEncoder {
 public:
  virtual ~FileEncoder() = default;

  /// The embedding space of its vectors. Known before the first call of `encode`.
  virtual ModelIdentity identity() const = 0;

  /// What people call the model; never empty.
  virtual std::string name() const = 0;

  /// How many files a call should be given; at least 1.
  virtual std::size_t batch_best() const = 0;

  /// One unit vector of `identity().dimension` floats per path, in order, or the reason why this
  /// file has none. Blocks until all are there; several threads call it at once. Throws `Exception`
  /// when nothing can be encoded any more, which ends the run: what was stored stays.
  virtual std::vector<Result<Embedding>> encode(std::span<const std::string> paths) = 0;
};

}  // namespace clipdex
