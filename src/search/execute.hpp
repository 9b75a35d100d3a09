/// Main path 2: from a query to the images it finds.
#pragma once

#include <functional>

#include "clipdex/query.hpp"
#include "encode/encoders.hpp"
#include "search/encode_terms.hpp"
#include "store/catalogue.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::search {

/// What a search draws from. Everything belongs to the caller and outlives the call. The vectors of
/// the index were made by the model of the towers, and belong to images of the catalogue.
struct Sources {
  encode::Towers& towers;
  /// Gives the index; called once a search, so it may load the vectors at the first call.
  std::function<const vectors::VectorIndex&()> index;
  const store::Catalogue& catalogue;  ///< used by the calling thread only
  TextMemory* memory = nullptr;       ///< of earlier searches; null: every text is encoded
  /// The calibrated score of an image with this score; may be empty, and may know nothing.
  std::function<std::optional<double>(ImageId image, double score)> match{};
};

/// Answers a query. Only the towers that its terms need are asked for, none for texts that the
/// memory knows, and none when no image can be found: an empty library, or filters that admit
/// nothing, give a result without hits.
///
/// Fills everything of the result except `times.open_ms`; loading, inside `sources.index` or the
/// towers, is in none of the times. A path of a term or glob that begins with `~/` starts at $HOME.
/// Throws `Exception`: what `check_query` refuses; the errors of `read_file`, `fetch_url` and
/// `encode_image_bytes`, with the file or address in the message; those of the towers, the index
/// and the catalogue; and `invalid_argument` when the terms cancel each other out. Any number of
/// threads may search at the same time, each with a catalogue of its own.
SearchResult execute(const Query& query, const Sources& sources);

/// Answers a search by a vector. `open_ms` and `encode_ms` of the result stay 0. Throws
/// `Exception`: `invalid_argument` when no hits were asked for, the threshold is not a number, or
/// the vector does not fit the index; and what the catalogue throws.
SearchResult execute(const VectorQuery& query, const vectors::VectorIndex& index,
                     const store::Catalogue& catalogue);

}  // namespace clipdex::search
