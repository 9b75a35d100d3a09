/// What an encoder node does with the items of a goal, as an interface, so that tests need no
/// model.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex::nodes {

/// Turns items, paths of images or texts, into vectors. Thread-safe: all workers share one.
class ItemEncoder {
 public:
  enum class Kind { image, text };

  virtual ~ItemEncoder() = default;
  virtual Kind kind() const = 0;

  /// The embedding space of the vectors.
  virtual const ModelIdentity& identity() const = 0;

  /// How many items a call should be given; at least 1.
  virtual std::size_t batch_best() const = 0;

  /// One unit vector per item, in order, or the reason why it has none. Throws `Exception` when the
  /// model fails.
  virtual std::vector<Result<Embedding>> encode(std::span<const std::string> items) = 0;
};

}  // namespace clipdex::nodes
