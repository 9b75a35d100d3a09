#include "search/encode_terms.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/file.hpp"
#include "search/fetch_url.hpp"

namespace clipdex::search {
namespace {

constexpr std::uint64_t kImageBytesMax = 1ULL << 30;

Embedding encode_text(const std::string& text, encode::Towers& towers,
                      std::vector<std::string>& notices) {
  encode::EncodedText encoded = towers.text().encode(text);
  if (encoded.was_cut) {
    notices.push_back(fmt::format(
        "The text \"{}\" is longer than the model can read; its end was left out.", text));
  }
  return std::move(encoded.vector);
}

std::vector<std::byte> image_bytes(const QueryTerm& term) {
  if (term.kind == QueryTerm::Kind::image_url) return fetch_url(term.value).value_or_throw();
  return read_file(term.value, kImageBytesMax).value_or_throw().bytes;
}

// Prepared as indexing prepares images, so that an image finds itself with a score of 1.
Embedding encode_image(const QueryTerm& term, encode::Towers& towers) {
  auto vector =
      encode::encode_image_bytes(towers.image(), image_bytes(term), image::Fidelity::fast);
  if (!vector.ok()) {
    throw Exception(vector.error().code, fmt::format("cannot search with the image {}: {}",
                                                     term.value, vector.error().message));
  }
  return std::move(vector).value();
}

}  // namespace

void load_towers(std::span<const QueryTerm> terms, encode::Towers& towers) {
  for (const QueryTerm& term : terms) {
    if (term.kind == QueryTerm::Kind::text) {
      towers.text();
    } else {
      towers.image();
    }
  }
}

std::vector<Embedding> encode_terms(std::span<const QueryTerm> terms, encode::Towers& towers,
                                    std::vector<std::string>& notices) {
  std::vector<Embedding> vectors;
  for (const QueryTerm& term : terms) {
    const bool is_text = term.kind == QueryTerm::Kind::text;
    vectors.push_back(is_text ? encode_text(term.value, towers, notices)
                              : encode_image(term, towers));
  }
  return vectors;
}

}  // namespace clipdex::search
