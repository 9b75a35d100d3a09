/// A tokenizer.json small enough to work out its ids by hand, of the same kind as CLIP's.
#pragma once

#include <nlohmann/json.hpp>

namespace clipdex::test {

/// Lower-cases, joins white space, and knows the letters a, b and c. Its merges, in order: a+b =
/// ab, a+b</w> = ab</w>, ab+c</w> = abc</w>. Whatever else there is becomes the unknown token 10.
/// Ids: a 0, b 1, c 2, a</w> 3, b</w> 4, c</w> 5, ab 6, ab</w> 7, abc</w> 8, start 9, end 10.
/// @return the document, so that a test can change a part of it before `dump()`
inline nlohmann::json small_tokenizer() {
  return nlohmann::json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [
      {"id": 9, "content": "<|startoftext|>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": true, "special": true},
      {"id": 10, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false, "special": true}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "NFC"},
      {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
      {"type": "Lowercase"}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "behavior": "Removed", "invert": true, "pattern": {"Regex":
       "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"}},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}]},
    "post_processor": {"type": "RobertaProcessing", "sep": ["<|endoftext|>", 10],
      "cls": ["<|startoftext|>", 9], "trim_offsets": false, "add_prefix_space": false},
    "decoder": null,
    "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>",
      "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": false,
      "vocab": {"a": 0, "b": 1, "c": 2, "a</w>": 3, "b</w>": 4, "c</w>": 5, "ab": 6, "ab</w>": 7,
                "abc</w>": 8, "<|startoftext|>": 9, "<|endoftext|>": 10},
      "merges": ["a b", "a b</w>", "ab c</w>"]}})");
}

}  // namespace clipdex::test
