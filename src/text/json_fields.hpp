/// Reading the fields of a tokenizer.json with messages that say which one is wrong.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

#include "text/tokenizer.hpp"

namespace clipdex::text {

/// One object of the file, with the words that name it in messages, such as "its model".
/// A view: the parsed document and the words must outlive it. Every function throws `corrupt` with
/// one clause, such as `its model lacks "vocab"`, to which the caller puts the name of the file.
class JsonFields {
 public:
  /// Throws when the element is no object.
  JsonFields(simdjson::dom::element element, std::string_view what);

  /// The element of a key, or nothing when it is missing or null.
  std::optional<simdjson::dom::element> find(std::string_view key) const;

  /// The value of a key that must be there.
  simdjson::dom::element element(std::string_view key) const;
  std::string_view text(std::string_view key) const;
  simdjson::dom::array array(std::string_view key) const;
  simdjson::dom::object object(std::string_view key) const;

  /// The value of a key, or a default when it is missing or null.
  bool flag_or(std::string_view key, bool missing) const;
  std::string_view text_or(std::string_view key, std::string_view missing) const;

 private:
  simdjson::dom::object object_;
  std::string_view what_;
};

/// The element as a text or as an id (0 to 2^30); `what` names it in the message.
std::string_view text_of(simdjson::dom::element element, std::string_view what);
TokenId id_of(simdjson::dom::element element, std::string_view what);

/// Throws `unsupported` for a part of a kind that this code does not know, such as the normalizer
/// type "Precompiled".
[[noreturn]] void refuse_type(std::string_view part, std::string_view type);

}  // namespace clipdex::text
