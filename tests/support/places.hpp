/// Where tests find data: the project's own tree, the build tree, and reference data that may be
/// absent.
#pragma once

#include <filesystem>
#include <string_view>

namespace clipdex::test {

/// The root of the source tree.
std::filesystem::path source_directory();

/// The root of the build tree that this test belongs to; `bin/clipdex` lies below it.
std::filesystem::path build_directory();

/// The reference data beside the project (`../shared`); empty when it is not there, and then the
/// test that wants it must say that it skips.
std::filesystem::path shared_directory();

/// The model packages of random weights that tests/models/CMakeLists.txt has written, one a
/// directory. A test that changes one works on a copy.
std::filesystem::path test_models_directory();

/// A directory of its own for one test, removed with everything in it at the end of its life.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes text to a file, creating the directories above it.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace clipdex::test
