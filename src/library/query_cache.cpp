#include "library/query_cache.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "model/variant.hpp"

namespace clipdex::library {
namespace {

/// The time of use is written at most once in so long, so that a known query writes nothing.
constexpr std::int64_t kUseResolutionS = 86'400;

std::int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string encoder_of(const ModelIdentity& model, ModelPrecision precision) {
  const std::string_view name = model::precision_name(precision);
  return name.empty() ? model.hash : fmt::format("{} {}", model.hash, name);
}

}  // namespace

QueryCache::QueryCache(store::Catalogue& catalogue, const ModelIdentity& model,
                       ModelPrecision precision)
    : catalogue_(catalogue), encoder_(encoder_of(model, precision)), dimension_(model.dimension) {}

std::optional<encode::EncodedText> QueryCache::recall(const std::string& text) {
  std::optional<store::QueryVector> known = catalogue_.find_query_vector(encoder_, text);
  if (!known || known->vector.size() != dimension_) return std::nullopt;
  encode::EncodedText encoded{.vector = known->vector, .was_cut = known->was_cut};
  if (now_s() - known->used_at_s > kUseResolutionS) {
    known->used_at_s = now_s();
    unwritten_.push_back(*std::move(known));
  }
  return encoded;
}

void QueryCache::remember(const std::string& text, const encode::EncodedText& encoded) {
  unwritten_.push_back({.encoder = encoder_,
                        .text = text,
                        .vector = encoded.vector,
                        .was_cut = encoded.was_cut,
                        .used_at_s = now_s()});
}

void QueryCache::write() {
  for (const store::QueryVector& query : unwritten_) {
    if (!catalogue_.remember_query_vector(query)) break;
  }
  unwritten_.clear();
}

}  // namespace clipdex::library
