/// From the terms of a query to their vectors.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clipdex/query.hpp"
#include "clipdex/types.hpp"
#include "encode/encoders.hpp"

namespace clipdex::search {

/// What is known of texts from earlier searches with the same encoder. One thread at a time;
/// nothing throws.
class TextMemory {
 public:
  virtual ~TextMemory() = default;
  /// What the encoder made of this exact text, if that is known.
  virtual std::optional<encode::EncodedText> recall(const std::string& text) = 0;
  virtual void remember(const std::string& text, const encode::EncodedText& encoded) = 0;
};

/// The terms of one query on their way to vectors. The terms, the towers and the memory, which may
/// be null, belong to the caller and outlive it. One thread at a time.
class TermEncoder {
 public:
  /// Recalls what is known of the texts.
  TermEncoder(std::span<const QueryTerm> terms, encode::Towers& towers, TextMemory* memory);

  /// Asks for the towers that the other terms need, so that their loading is over before time is
  /// taken. Throws as `encode::Towers`.
  void load_towers();

  /// The unit vector of each term, in order; no terms give none. Image files and addresses are read
  /// here, and new texts are remembered. Appends a sentence to `notices` for each text that the
  /// model saw only in part. Throws `Exception` with the error of the first term that has no
  /// vector; the message names the file or address of an image that cannot be read.
  std::vector<Embedding> encode(std::vector<std::string>& notices);

 private:
  Embedding encode_text(std::size_t place, std::vector<std::string>& notices);

  std::span<const QueryTerm> terms_;
  encode::Towers& towers_;
  TextMemory* memory_;
  std::vector<std::optional<encode::EncodedText>> known_;  ///< one a term
};

}  // namespace clipdex::search
