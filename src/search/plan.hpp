/// What must hold before a query is executed, and how its terms become one vector.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/query.hpp"
#include "clipdex/types.hpp"

namespace clipdex::search {

/// Bounds of the size of a weight; beyond them it would only silence one side.
inline constexpr double kWeightMin = 1e-6;
inline constexpr double kWeightMax = 1e6;

/// More terms than anyone writes; a bound for queries that come over the network.
inline constexpr std::size_t kTermsMax = 100;

/// Whether so many hits, with such a threshold, can be asked for. Errors: `invalid_argument`.
Result<std::monostate> check_bounds(std::size_t hits_max, std::optional<double> score_min);

/// Whether a query can be executed, whichever door built it.
/// Errors: `invalid_argument`, with what to change, when it has no term, too many, or only excluded
/// ones; when a term, glob or time range is empty; a weight out of bounds; a path or address that
/// none can have; `hits_max` 0; or a `score_min` that is not a number.
Result<std::monostate> check_query(const Query& query);

/// The query with its paths as the file system knows them: an image path or glob that begins with
/// `~/` starts at $HOME, where that is set, and a glob that begins with `./` or `../` at the
/// working directory.
Query resolve_paths(Query query);

/// The query whose texts are put into its templates: a term for each, which share the weight of the
/// text. Without templates, the query itself.
Query apply_templates(Query query);

/// The unit vector of Σ weight · vector over the terms: `vectors[i]` is the unit vector of
/// `terms[i]`, and all have the same size. Summed in double precision. Errors: `invalid_argument`
/// when the terms cancel each other out, so that no direction is left.
Result<Embedding> combine(std::span<const QueryTerm> terms, std::span<const Embedding> vectors);

}  // namespace clipdex::search
