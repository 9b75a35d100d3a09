/// A model without a library: texts and images to vectors, nothing stored.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex {

/// A model package, opened. Movable. Member functions may be called from any thread; each tower is
/// loaded when it is first needed.
class Model {
 public:
  /// Opens a package by directory or by the name of an installed model; an empty name is the
  /// bundled demo model. Throws `not_found`, `unsupported`, `corrupt` with a sentence that names
  /// the file.
  explicit Model(std::string_view directory_or_name);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const std::string& name() const;
  const ModelIdentity& identity() const;  ///< reads the model files when it is first asked for
  bool is_demo() const;

  /// The unit vector of a text, UTF-8. `was_cut`, when given, tells whether it was longer than the
  /// model's context. Throws `corrupt` or `internal`.
  Embedding encode_text(std::string_view text, bool* was_cut = nullptr);

  /// The unit vector of an image file. Errors: those of reading and decoding it, with its name.
  Result<Embedding> encode_image(const std::filesystem::path& file);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex
