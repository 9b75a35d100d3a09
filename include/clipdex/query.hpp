/// A search as a value: what every door (command line, HTTP, ROS) builds and the library answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex {

/// One part of what is looked for. The vector that is searched with is the normalised sum of
/// weight × unit vector over all terms; a negative weight pushes away.
struct QueryTerm {
  enum class Kind {
    text,        ///< `value` is UTF-8 text
    image_file,  ///< `value` is the path of an image file
    image_url,   ///< `value` is an http or https address of an image
  };
  Kind kind = Kind::text;
  std::string value;
  double weight = 1;  ///< never 0

  friend bool operator==(const QueryTerm&, const QueryTerm&) = default;
};

/// Conditions that an image must meet before it is ranked at all. Absent ones admit everything.
struct QueryFilters {
  std::vector<std::string> path_globs;  ///< all must match the absolute path; see docs/query.md
  std::optional<std::int64_t> taken_from_s;    ///< seconds since 1970 UTC, inclusive
  std::optional<std::int64_t> taken_before_s;  ///< seconds since 1970 UTC, exclusive

  friend bool operator==(const QueryFilters&, const QueryFilters&) = default;
};

/// A search by a vector that was made elsewhere, such as by a text encoder on another machine.
struct VectorQuery {
  Embedding vector;                 ///< of unit length
  ModelIdentity model;              ///< the embedding space it belongs to
  std::size_t hits_max = 10;        ///< at least 1
  std::optional<double> score_min;  ///< hits below this cosine are left out
};

struct Query {
  std::vector<QueryTerm> terms;  ///< at least one
  QueryFilters filters;
  /// Sentences with one {} each, such as "a photo of a {}". Every text is put into each of them,
  /// and the mean of their vectors is searched with. Empty: texts are taken as they are.
  std::vector<std::string> templates;
  bool model_templates = false;     ///< those of the model's package, too: its file templates.txt
  std::size_t hits_max = 10;        ///< at least 1
  std::optional<double> score_min;  ///< hits below this cosine are left out
  std::optional<double> match_min;  ///< hits with a lower `Hit::match` are left out
  /// Looks at every image so closely that none of the best is missed. Otherwise, where more than
  /// 20,000 images come into question, one of a hundred hits may be another that scores nearly as
  /// well.
  bool exact = false;

  friend bool operator==(const Query&, const Query&) = default;
};

/// Reads the query language, the same at every door; docs/query.md explains it. `hits_max` and
/// `score_min` of the result have their defaults. Thread-safe. Errors: `invalid_argument`, with the
/// position and what to write instead.
Result<Query> parse_query(std::string_view text);

/// Where the time of a search went, in milliseconds of wall time.
struct SearchTimes {
  double open_ms =
      0;  ///< loading the encoders and the vectors; near 0 when they were loaded before
  double encode_ms = 0;  ///< turning the terms into one vector
  double rank_ms = 0;    ///< filtering, comparing and ranking
};

/// The answer to a query.
struct SearchResult {
  std::vector<Hit> hits;             ///< best first; at most `hits_max`
  std::uint64_t library_count = 0;   ///< images that could have been found without filters
  std::uint64_t filtered_count = 0;  ///< of these, how many passed the filters
  std::string model_name;      ///< of the model whose vectors were ranked, for people; may be empty
  bool by_demo_model = false;  ///< that is the small model that comes with clipdex
  /// Of a search by texts in a calibrated library: whether the best image found, before any
  /// threshold, is better than the best hit of half of the unrelated stock texts. If not, nothing
  /// here matches well.
  std::optional<bool> matches_well{};
  SearchTimes times;
  std::vector<std::string> notices;  ///< full sentences for the user, such as that a text was cut
};

}  // namespace clipdex
