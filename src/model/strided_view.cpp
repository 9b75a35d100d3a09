#include "model/strided_view.hpp"

namespace clipdex::model {

StridedView StridedView::whole(std::span<const std::int64_t> dims) {
  StridedView view;
  view.axes_.resize(dims.size());
  std::int64_t stride = 1;
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    append(view.axes_[axis], {dims[axis], stride});
    stride *= dims[axis];
  }
  return view;
}

/// Equal views must have equal atoms, so atoms of one item are left out, and two that step on
/// evenly become one.
void StridedView::append(Axis& axis, Atom atom) {
  if (atom.size == 1) return;
  if (!axis.empty() && axis.back().stride == atom.size * atom.stride) {
    axis.back() = {axis.back().size * atom.size, atom.stride};
  } else {
    axis.push_back(atom);
  }
}

std::int64_t StridedView::size_of(const Axis& axis) {
  std::int64_t size = 1;
  for (const Atom& atom : axis) size *= atom.size;
  return size;
}

bool StridedView::transpose(std::span<const std::int64_t> order) {
  if (order.size() != axes_.size()) return false;
  std::vector<Axis> axes;
  for (const std::int64_t axis : order) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(axes_.size())) return false;
    axes.push_back(axes_[static_cast<std::size_t>(axis)]);
  }
  axes_ = std::move(axes);
  return true;
}

bool StridedView::reshape(std::span<const std::int64_t> dims) {
  Axis left;  // All atoms in order; those that are not yet given to an axis.
  for (const Axis& axis : axes_) {
    for (const Atom& atom : axis) append(left, atom);
  }
  std::vector<Axis> axes(dims.size());
  std::size_t next = 0;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    std::int64_t wanted = dims[axis];
    while (wanted > 1) {
      if (next == left.size()) return false;
      Atom& atom = left[next];
      if (wanted % atom.size == 0) {
        append(axes[axis], atom);
        wanted /= atom.size;
        ++next;
      } else if (atom.size % wanted == 0) {
        const std::int64_t inner = atom.size / wanted;
        append(axes[axis], {wanted, atom.stride * inner});
        atom.size = inner;
        wanted = 1;
      } else {
        return false;
      }
    }
    if (wanted < 1) return false;
  }
  if (next != left.size()) return false;
  axes_ = std::move(axes);
  return true;
}

bool StridedView::slice(std::size_t axis, std::int64_t begin, std::int64_t end) {
  if (axis >= axes_.size() || begin < 0 || begin >= end || end > size_of(axes_[axis])) return false;
  Axis& sliced = axes_[axis];
  if (begin == 0 && end == size_of(sliced)) return true;
  if (sliced.size() != 1) return false;
  const std::int64_t stride = sliced.front().stride;
  offset_ += begin * stride;
  sliced.clear();
  append(sliced, {end - begin, stride});
  return true;
}

std::vector<std::int64_t> StridedView::dims() const {
  std::vector<std::int64_t> sizes;
  for (const Axis& axis : axes_) sizes.push_back(size_of(axis));
  return sizes;
}

}  // namespace clipdex::model
