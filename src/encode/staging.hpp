/// The place where variants are written before they take their name. Private to this room.
#pragma once

#include <filesystem>

namespace clipdex::encode {

/// DIR/optimized, locked for this process, with a hidden directory in it that goes away with the
/// object. What an earlier process left there when it was killed goes away first.
class Staging {
 public:
  /// Throws `Exception`: `write_failed` (the package cannot be written to), `disk_full`, `busy`
  /// (another process holds it).
  explicit Staging(const std::filesystem::path& package);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();

  /// For files that are read once.
  const std::filesystem::path& scratch() const noexcept { return scratch_; }

  /// An empty directory for a variant.
  std::filesystem::path new_directory();

  /// Gives a finished directory its name, in one step in the place of an older one, which is
  /// removed then. Throws `Exception` with `write_failed`; then the older one is still there.
  void move_into_place(const std::filesystem::path& made, const std::filesystem::path& place);

 private:
  std::filesystem::path root_;     ///< DIR/optimized
  std::filesystem::path hidden_;   ///< root_/.writing
  std::filesystem::path scratch_;  ///< hidden_/scratch
  int lock_ = -1;                  ///< a descriptor of root_
  int made_ = 0;
};

}  // namespace clipdex::encode
