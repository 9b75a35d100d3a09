// What the module `tokenizers` gives to the program. Within the module, the names below are those
// of bert_vocabulary.cpp, clean_text.cpp, clip_bpe.cpp and tokenizer_json.cpp, which are linked
// into nothing else.
#include "base/module.hpp"
#include "text/tokenizers.hpp"

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::text::TokenizerFunctions kFunctions{
      .load_json = clipdex::text::load_tokenizer_json,
      .parse_json = clipdex::text::parse_tokenizer_json,
      .load_clip_bpe = clipdex::text::load_clip_bpe,
      .parse_clip_bpe = clipdex::text::parse_clip_bpe,
      .load_bert_vocabulary = clipdex::text::load_bert_vocabulary,
      .parse_bert_vocabulary = clipdex::text::parse_bert_vocabulary,
      .clean_text = clipdex::text::clean_text,
  };
  return clipdex::enter_module(log, &kFunctions);
}
