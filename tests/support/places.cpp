#include "support/places.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace clipdex::test {

std::filesystem::path source_directory() { return CLIPDEX_SOURCE_DIR; }

std::filesystem::path build_directory() { return CLIPDEX_BINARY_DIR; }

std::filesystem::path shared_directory() {
  const std::filesystem::path shared = source_directory().parent_path() / "shared";
  return std::filesystem::exists(shared / "golden") ? shared : std::filesystem::path();
}

std::filesystem::path test_models_directory() { return build_directory() / "test-models"; }

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "clipdex-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace clipdex::test
