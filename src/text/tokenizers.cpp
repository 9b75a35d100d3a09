// The readers of the module `tokenizers`, as the rest of the program sees them.
#include "text/tokenizers.hpp"

#include "base/module.hpp"

namespace clipdex::text {
namespace {

const Result<const TokenizerFunctions*>& functions() {
  static const auto module = load_module<TokenizerFunctions>("tokenizers");
  return module;
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> load_tokenizer_json(const std::filesystem::path& path) {
  if (!functions()) return functions().error();
  return functions().value()->load_json(path);
}

Result<std::unique_ptr<const Tokenizer>> parse_tokenizer_json(std::string_view json,
                                                              std::string_view name) {
  if (!functions()) return functions().error();
  return functions().value()->parse_json(json, name);
}

Result<std::unique_ptr<const Tokenizer>> load_clip_bpe(const std::filesystem::path& path) {
  if (!functions()) return functions().error();
  return functions().value()->load_clip_bpe(path);
}

Result<std::unique_ptr<const Tokenizer>> parse_clip_bpe(std::string_view bytes,
                                                        std::string_view name,
                                                        std::size_t merge_count) {
  if (!functions()) return functions().error();
  return functions().value()->parse_clip_bpe(bytes, name, merge_count);
}

Result<std::unique_ptr<const Tokenizer>> load_bert_vocabulary(const std::filesystem::path& path) {
  if (!functions()) return functions().error();
  return functions().value()->load_bert_vocabulary(path);
}

std::string clean_text(std::string_view utf8, TextCleaning cleaning) {
  if (cleaning == TextCleaning::none) return std::string(utf8);
  if (!functions()) throw Exception(functions().error());
  return functions().value()->clean_text(utf8, cleaning);
}

Result<std::unique_ptr<const Tokenizer>> parse_bert_vocabulary(std::string_view bytes,
                                                               std::string_view name) {
  if (!functions()) return functions().error();
  return functions().value()->parse_bert_vocabulary(bytes, name);
}

}  // namespace clipdex::text
