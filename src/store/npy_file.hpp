/// The file format of numpy.save, as far as vectors need it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

#include "base/file.hpp"
#include "clipdex/error.hpp"

namespace clipdex::store {

/// A two-dimensional array of floats in a `.npy` file, mapped into memory: one vector a row.
/// Movable; any number of threads may read it. The file must not shrink meanwhile.
///
/// Format: numpy.lib.format, versions 1 to 3; float16, float32 and float64, little endian, in C
/// order.
class NpyFile {
 public:
  /// Errors: those of `MappedFile::open`; `corrupt` (no such file, or it ends before its last row);
  /// `unsupported` (other numbers, order or dimensions; says what was found and how to convert it).
  /// The message names the file.
  static Result<NpyFile> open(const std::filesystem::path& path);

  std::size_t rows() const noexcept { return shape_.rows; }
  std::size_t dimension() const noexcept { return shape_.dimension; }

  /// Copies row `row`, less than `rows()`, as float32 into `dimension()` numbers.
  void read_row(std::size_t row, std::span<float> into) const noexcept;

 private:
  enum class Number { float16, float32, float64 };

  struct Shape {
    std::size_t rows = 0;
    std::size_t dimension = 0;
    std::size_t offset = 0;  ///< of the first row, in bytes
    Number number = Number::float32;
  };

  NpyFile(MappedFile file, const Shape& shape) : file_(std::move(file)), shape_(shape) {}
  static std::size_t bytes_of(Number number) noexcept;
  static Result<Shape> read_header(std::span<const std::byte> bytes);

  MappedFile file_;
  Shape shape_;
};

}  // namespace clipdex::store
