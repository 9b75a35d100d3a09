/// Where the items of a tensor lie in another one, of which it is made by moving items alone.
/// Private to this room.
///
/// Exporters write the same attention with a dozen different chains of Reshape, Transpose, Squeeze
/// and Gather. Instead of knowing each chain, the optimiser follows what it does to the places of
/// items, and compares: two chains with the same view do the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace clipdex::model {

/// A tensor as a view of a source: each axis is a product of atoms, each of which steps through the
/// source with one stride. A plain value. Every operation says whether the result still is such a
/// view; after `false` the object means nothing.
class StridedView {
 public:
  /// The source itself, row after row. All sizes must be positive.
  static StridedView whole(std::span<const std::int64_t> dims);

  bool transpose(std::span<const std::int64_t> order);

  /// Squeeze, Unsqueeze and Flatten are reshapes, too.
  bool reshape(std::span<const std::int64_t> dims);

  /// Items `begin` up to `end` of an axis.
  bool slice(std::size_t axis, std::int64_t begin, std::int64_t end);

  std::vector<std::int64_t> dims() const;

  /// Equal views show the same items of the same source in the same shape.
  friend bool operator==(const StridedView&, const StridedView&) = default;

 private:
  struct Atom {
    std::int64_t size = 1;
    std::int64_t stride = 0;
    friend bool operator==(const Atom&, const Atom&) = default;
  };
  using Axis = std::vector<Atom>;

  static void append(Axis& axis, Atom atom);
  static std::int64_t size_of(const Axis& axis);

  std::vector<Axis> axes_;
  std::int64_t offset_ = 0;
};

}  // namespace clipdex::model
