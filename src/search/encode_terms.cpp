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

TermEncoder::TermEncoder(std::span<const QueryTerm> terms, encode::Towers& towers,
                         TextMemory* memory)
    : terms_(terms), towers_(towers), memory_(memory), known_(terms.size()) {
  for (std::size_t place = 0; place < terms_.size() && memory_ != nullptr; ++place) {
    const QueryTerm& term = terms_[place];
    if (term.kind == QueryTerm::Kind::text) known_[place] = memory_->recall(term.value);
  }
}

void TermEncoder::load_towers() {
  for (std::size_t place = 0; place < terms_.size(); ++place) {
    if (known_[place]) continue;
    if (terms_[place].kind == QueryTerm::Kind::text) {
      towers_.text();
    } else {
      towers_.image();
    }
  }
}

std::vector<Embedding> TermEncoder::encode(std::vector<std::string>& notices) {
  std::vector<Embedding> vectors;
  for (std::size_t place = 0; place < terms_.size(); ++place) {
    const bool is_text = terms_[place].kind == QueryTerm::Kind::text;
    vectors.push_back(is_text ? encode_text(place, notices) : encode_image(terms_[place], towers_));
  }
  return vectors;
}

Embedding TermEncoder::encode_text(std::size_t place, std::vector<std::string>& notices) {
  const std::string& text = terms_[place].value;
  std::optional<encode::EncodedText>& known = known_[place];
  if (!known) {
    known = towers_.text().encode(text);
    if (memory_ != nullptr) memory_->remember(text, *known);
  }
  if (known->was_cut) {
    notices.push_back(fmt::format(
        "The text \"{}\" is longer than the model can read; its end was left out.", text));
  }
  return known->vector;
}

}  // namespace clipdex::search
