#include "model/package.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/directories.hpp"
#include "base/file.hpp"
#include "model/layouts.hpp"

namespace clipdex::model {
namespace {

std::filesystem::path absolute_directory(const std::filesystem::path& directory) {
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::absolute(directory, ignored).lexically_normal();
  if (path.filename().empty() && path.has_relative_path()) path = path.parent_path();
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::directory) return path;
  if (kind == std::filesystem::file_type::not_found) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("there is no model directory {}; check the path, or see what is "
                                "installed with `clipdex model list`",
                                path.native()));
  }
  if (error) throw Exception(system_error("read", path, error.value()));
  throw Exception(
      ErrorCode::not_found,
      fmt::format("{} is not a directory; a model is the directory that holds its graphs, "
                  "tokenizer and descriptions",
                  path.native()));
}

const LayoutReader& find_layout(const std::filesystem::path& directory) {
  std::string looked_for;
  for (const LayoutReader* layout : layouts()) {
    if (layout->recognises(directory)) return *layout;
    if (!looked_for.empty()) looked_for += ", ";
    looked_for += fmt::format("{} ({})", layout->looked_for, layout->name);
  }
  throw Exception(ErrorCode::unsupported,
                  fmt::format("{} is no model package that clipdex knows; it was searched for {}",
                              directory.native(), looked_for));
}

bool is_same_directory(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code ignored;
  return std::filesystem::equivalent(one, other, ignored);
}

}  // namespace

std::string_view layout_name(Layout layout) noexcept {
  for (const LayoutReader* reader : layouts()) {
    if (reader->layout == layout) return reader->name;
  }
  return "unknown";
}

Result<Package> read_package(const std::filesystem::path& directory) {
  try {
    const std::filesystem::path path = absolute_directory(directory);
    const LayoutReader& layout = find_layout(path);
    Package package = layout.read(path);
    package.directory = path;
    package.name = path.filename().string();
    package.layout = layout.layout;
    package.is_demo = is_same_directory(path, program_data_directory() / "models" / "demo");
    return package;
  } catch (const Exception& exception) {
    return exception.error();
  }
}

Result<std::unique_ptr<const text::Tokenizer>> load_tokenizer(const Package& package) {
  switch (package.tokenizer_kind) {
    case TokenizerKind::tokenizer_json:
      return text::load_tokenizer_json(package.tokenizer_file);
    case TokenizerKind::clip_bpe:
      return text::load_clip_bpe(package.tokenizer_file);
    case TokenizerKind::bert_vocabulary:
      return text::load_bert_vocabulary(package.tokenizer_file);
  }
  return Error{ErrorCode::internal, "a model package names no kind of tokenizer"};
}

}  // namespace clipdex::model
