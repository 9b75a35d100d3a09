#include "search/execute.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/encode_terms.hpp"
#include "search/plan.hpp"

namespace clipdex::search {
namespace {

using vectors::Neighbour;

// Runs one stage and adds the time it took to `total_ms`.
template <class Work>
auto timed(double& total_ms, Work work) {
  const auto start = std::chrono::steady_clock::now();
  auto result = work();
  total_ms +=
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return result;
}

// The images that pass the filters, ascending; nothing when there are no filters.
std::optional<std::vector<ImageId>> filter_images(const QueryFilters& filters,
                                                  const store::Catalogue& catalogue) {
  if (filters == QueryFilters{}) return std::nullopt;
  return catalogue.matching(filters);
}

// Leaves out what scores below the threshold; `found` comes best first.
std::vector<Neighbour> above(std::optional<double> score_min, std::vector<Neighbour> found) {
  const auto end = std::find_if(found.begin(), found.end(), [&](const Neighbour& row) {
    return score_min && double{row.score} < *score_min;
  });
  found.erase(end, found.end());
  return found;
}

// An image that was removed since the index was made has no path any more, and is no hit.
std::vector<Hit> name_hits(const std::vector<Neighbour>& found, const store::Catalogue& catalogue) {
  std::vector<ImageId> ids;
  for (const Neighbour& row : found) ids.push_back(row.id);
  std::unordered_map<ImageId, std::string> paths = catalogue.paths(ids);
  std::vector<Hit> hits;
  for (const Neighbour& row : found) {
    const auto path = paths.find(row.id);
    if (path == paths.end()) continue;
    hits.push_back({.rank = static_cast<int>(hits.size()) + 1,
                    .image_id = row.id,
                    .path = std::move(path->second),
                    .score = double{row.score}});
  }
  return hits;
}

bool is_by_texts(const Query& query) {
  return std::ranges::all_of(
      query.terms, [](const QueryTerm& term) { return term.kind == QueryTerm::Kind::text; });
}

// A hit at chance has this match: half of the unrelated texts find something as good.
constexpr double kMatchOfChance = 0.5;

// Gives the hits their matches and leaves out those below the threshold; how many are left. Images
// score otherwise on images than on texts, so queries with an image have no matches.
std::size_t calibrate(const Query& query, const Sources& sources, SearchResult& result) {
  const bool can_match = sources.match && is_by_texts(query);
  for (Hit& hit : result.hits) {
    if (can_match) hit.match = sources.match(hit.image_id, hit.score);
    if (hit.match) {
      result.matches_well = result.matches_well.value_or(false) || *hit.match > kMatchOfChance;
    }
  }
  if (!query.match_min) return result.hits.size();
  if (!can_match) {
    throw Exception(ErrorCode::invalid_argument,
                    is_by_texts(query)
                        ? "the library has no calibrated scores for its model, so no threshold can "
                          "be held against them; bring it up to date with `clipdex index` (they "
                          "need 100 images), or give a cosine with --raw-threshold"
                        : "only searches by words have calibrated scores; give a cosine with "
                          "--raw-threshold");
  }
  std::erase_if(result.hits,
                [&](const Hit& hit) { return hit.match.value_or(0) < *query.match_min; });
  for (std::size_t i = 0; i < result.hits.size(); ++i) {
    result.hits[i].rank = static_cast<int>(i) + 1;
  }
  return result.hits.size();
}

}  // namespace

SearchResult execute(const Query& query, const Sources& sources) {
  check_query(query).value_or_throw();
  const Query resolved = apply_templates(resolve_paths(query));
  const vectors::VectorIndex& index = sources.index();
  SearchResult result;
  result.library_count = index.size();
  double& rank_ms = result.times.rank_ms;

  const auto passing =
      timed(rank_ms, [&] { return filter_images(resolved.filters, sources.catalogue); });
  const vectors::Admitted admitted = passing ? vectors::Admitted(*passing) : std::nullopt;
  result.filtered_count = index.count(admitted);
  if (result.filtered_count == 0) return result;

  TermEncoder encoder(resolved.terms, sources.towers, sources.memory);
  encoder.load_towers();
  const Embedding vector = timed(result.times.encode_ms, [&] {
    return combine(resolved.terms, encoder.encode(result.notices)).value_or_throw();
  });
  result.hits = timed(rank_ms, [&] {
    auto found = above(resolved.score_min, index.search(vector, resolved.hits_max, admitted));
    return name_hits(found, sources.catalogue);
  });
  timed(rank_ms, [&] { return calibrate(resolved, sources, result); });
  return result;
}

SearchResult execute(const VectorQuery& query, const vectors::VectorIndex& index,
                     const store::Catalogue& catalogue) {
  check_bounds(query.hits_max, query.score_min).value_or_throw();
  SearchResult result;
  result.library_count = index.size();
  result.filtered_count = index.size();
  result.hits = timed(result.times.rank_ms, [&] {
    return name_hits(above(query.score_min, index.search(query.vector, query.hits_max, {})),
                     catalogue);
  });
  return result;
}

}  // namespace clipdex::search
