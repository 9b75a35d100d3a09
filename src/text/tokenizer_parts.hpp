/// From the parts of a parsed tokenizer.json to the objects that do their work, by their `type`.
///
/// To add a kind: write its class, and one branch in the function of its part. Each function throws
/// `unsupported` for a type it does not know and `corrupt` for a part that lacks something;
/// messages are clauses to which the caller puts the name of the file.
#pragma once

#include <simdjson.h>

#include <memory>

#include "text/normalizer.hpp"
#include "text/post_processor.hpp"
#include "text/pre_tokenizer.hpp"
#include "text/token_model.hpp"

namespace clipdex::text {

/// Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Replace, Strip, StripAccents, Prepend, Nmt,
/// Precompiled, BertNormalizer.
std::unique_ptr<const Normalizer> make_normalizer(simdjson::dom::element part);

/// Sequence, Split, ByteLevel, Metaspace, BertPreTokenizer, Whitespace, WhitespaceSplit,
/// Punctuation, Digits, CharDelimiterSplit.
std::unique_ptr<const PreTokenizer> make_pre_tokenizer(simdjson::dom::element part);

/// BertPreTokenizer, which vocab.txt means too: cuts at white space and around punctuation.
std::unique_ptr<const PreTokenizer> make_bert_pre_tokenizer();

/// BPE, with its merges as "a b" or as ["a", "b"]; WordPiece; Unigram.
std::unique_ptr<const TokenModel> make_token_model(simdjson::dom::element part);

/// Sequence, TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel (which changes no
/// id).
PostProcessor make_post_processor(simdjson::dom::element part);

}  // namespace clipdex::text
