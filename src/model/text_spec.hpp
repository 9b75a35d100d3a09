/// How a model wants its token ids, gathered from the descriptions of a package. Private to this
/// room.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "text/tokenizer.hpp"

namespace clipdex::model {

/// CLIP's context: what holds where nothing is said.
inline constexpr std::size_t kContextLengthDefault = 77;

/// A context beyond this is taken for a mistake.
inline constexpr std::size_t kContextLengthMax = 4096;

/// The ids a text has, from the first of: `text_cfg.context_length` of an OpenCLIP `config.json`,
/// `model_max_length` of a `tokenizer_config.json`, `text_config.max_position_embeddings` of a
/// transformers `config.json`; else 77. Values below 1 or beyond 4096 are passed over: transformers
/// writes 1e30 there for "no limit". Either object may be empty.
std::size_t context_length(const nlohmann::json& config, const nlohmann::json& tokenizer_config);

/// The id of a token by its content in the text of a `tokenizer.json`: first among the added
/// tokens, then in the vocabulary. Nothing when it is not there, or the text is broken: whether a
/// tokenizer is sound is for its loader to say. Reads no further than it must, since a search
/// should not load a tokenizer twice.
std::optional<text::TokenId> find_token_id(std::string_view tokenizer_json,
                                           std::string_view content);

/// The id of the `pad_token` (a word, or an object with `content`) that a `tokenizer_config.json`
/// names, looked up in the file `tokenizer.json`; nothing when none is named or found.
std::optional<text::TokenId> pad_id(const nlohmann::json& tokenizer_config,
                                    const std::filesystem::path& tokenizer_json);

/// What OpenCLIP does to a text first, by `text_cfg.tokenizer_kwargs.clean` of its `config.json`:
/// "canonicalize" for SigLIP, else white space alone.
text::TextCleaning open_clip_cleaning(const nlohmann::json& config);

/// How a text tower from Hugging Face wants its ids: context and padding as above. CLIP's own
/// towers are causal and pool at the end token, so that nothing needs to stand behind it; they are
/// told by `model_type` or by their tokenizer, and by padding with that end token. All others were
/// trained on padding and get all of it. Either object may be empty.
text::TextSpec hugging_face_text_spec(const nlohmann::json& config,
                                      const nlohmann::json& tokenizer_config,
                                      const std::filesystem::path& tokenizer_json);

}  // namespace clipdex::model
