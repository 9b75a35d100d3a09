/// The module `tokenizers` (base/module.hpp): what reads tokenizers, with ICU, whose library takes
/// long to load. Private to this room; everybody else calls the functions of text/tokenizer.hpp.
#pragma once

#include "text/tokenizer.hpp"

namespace clipdex::text {

/// As in text/tokenizer.hpp. A tokenizer's code lies in the module, which is never unloaded.
struct TokenizerFunctions {
  Result<std::unique_ptr<const Tokenizer>> (*load_json)(const std::filesystem::path& path);
  Result<std::unique_ptr<const Tokenizer>> (*parse_json)(std::string_view json,
                                                         std::string_view name);
  Result<std::unique_ptr<const Tokenizer>> (*load_clip_bpe)(const std::filesystem::path& path);
  Result<std::unique_ptr<const Tokenizer>> (*parse_clip_bpe)(std::string_view bytes,
                                                             std::string_view name,
                                                             std::size_t merge_count);
  Result<std::unique_ptr<const Tokenizer>> (*load_bert_vocabulary)(
      const std::filesystem::path& path);
  Result<std::unique_ptr<const Tokenizer>> (*parse_bert_vocabulary)(std::string_view bytes,
                                                                    std::string_view name);
  std::string (*clean_text)(std::string_view utf8, TextCleaning cleaning);
};

}  // namespace clipdex::text
