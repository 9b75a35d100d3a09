#include "support/model_copies.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/places.hpp"

namespace clipdex::test {

std::filesystem::path copy_model(std::string_view name, const std::filesystem::path& directory) {
  const std::filesystem::path copy = directory / name;
  std::filesystem::copy(test_models_directory() / name, copy,
                        std::filesystem::copy_options::recursive);
  return copy;
}

std::string parameter_name(const ::testing::TestParamInfo<const char*>& model) {
  std::string name = model.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace_in_file(const std::filesystem::path& path, std::string_view from,
                     std::string_view to) {
  std::string text = read_text(path);
  std::size_t at = text.find(from);
  if (at == std::string::npos) {
    throw std::runtime_error(path.string() + " does not contain " + std::string(from));
  }
  for (; at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  write_text(path, text);
}

}  // namespace clipdex::test
