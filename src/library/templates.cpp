#include "library/templates.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "base/file.hpp"
#include "base/utf8.hpp"

namespace clipdex::library {
namespace {

constexpr std::uint64_t kBytesMax = 1 << 20;

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

Result<std::vector<std::string>> read_templates(const std::filesystem::path& file) {
  const Result<FileContent> content = read_file(file, kBytesMax);
  if (!content) return content.error();
  const auto& bytes = content.value().bytes;
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!is_valid_utf8(text)) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} is no text in UTF-8; write one template a line, such as: a photo "
                             "of a {{}}",
                             file.native())};
  }
  std::vector<std::string> templates;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty() && !line.starts_with('#')) templates.emplace_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  if (!templates.empty()) return templates;
  return Error{ErrorCode::invalid_argument,
               fmt::format("{} holds no template; write one a line, such as: a photo of a {{}}",
                           file.native())};
}

}  // namespace clipdex::library
