#include "search/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "search/lexicon.hpp"

namespace clipdex::search {
namespace {

constexpr std::string_view kPlaceOfText = "{}";

// A sum that is this small beside its parts is what rounding left of nothing.
constexpr double kDirectionMin = 1e-4;

Error refuse(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

std::optional<Error> mistake_in(const QueryTerm& term) {
  const double size = std::abs(term.weight);
  if (!(size >= kWeightMin && size <= kWeightMax)) {
    return refuse(fmt::format("the weight of \"{}\" is {}; write one between 0.000001 and 1000000",
                              to_valid_utf8(term.value), term.weight));
  }
  if (is_blank(term.value)) {
    return refuse("a term of the query is empty; write what to look for, or remove it");
  }
  if (term.kind == QueryTerm::Kind::image_file && term.value.find('\0') != std::string::npos) {
    return refuse("the path of a query image holds a zero byte, which no file name can");
  }
  if (term.kind == QueryTerm::Kind::image_url && term.value.find('\0') != std::string::npos) {
    return refuse("the address of a query image holds a zero byte, which no address can");
  }
  if (term.kind == QueryTerm::Kind::image_url &&
      (!begins_like_url(term.value) || word_size(term.value) != term.value.size())) {
    return refuse(
        fmt::format("\"{}\" is not the address of an image; write one that begins with "
                    "http:// or https:// and has no blanks (%20 stands for one)",
                    to_valid_utf8(term.value)));
  }
  return std::nullopt;
}

std::optional<Error> mistake_in(const QueryFilters& filters) {
  for (const std::string& glob : filters.path_globs) {
    if (glob.empty())
      return refuse("a path: filter is empty; write a pattern, such as path:2024/**");
  }
  if (filters.taken_from_s && filters.taken_before_s &&
      *filters.taken_from_s >= *filters.taken_before_s) {
    return refuse(
        "no image can be taken both after: and before: these times; after: must be earlier");
  }
  return std::nullopt;
}

// `path` as a pattern that matches itself alone.
std::string as_glob(std::string_view path) {
  std::string glob;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) glob += '\\';
    glob += c;
  }
  return glob;
}

}  // namespace

Result<std::monostate> check_bounds(std::size_t hits_max, std::optional<double> score_min) {
  if (hits_max == 0) return refuse("0 results were asked for; ask for at least 1");
  if (score_min && std::isnan(*score_min)) {
    return refuse("the threshold is not a number; write one between -1 and 1");
  }
  return std::monostate{};
}

Result<std::monostate> check_query(const Query& query) {
  const bool has_filters = query.filters != QueryFilters{};
  if (query.terms.empty() && has_filters) {
    return refuse(
        "the query has only filters; add what to look for, such as: red car path:2024/**");
  }
  if (query.terms.empty())
    return refuse("the query is empty; write what to look for, such as: red car");
  if (query.terms.size() > kTermsMax) {
    return refuse(
        fmt::format("the query has {} terms; {} is the most", query.terms.size(), kTermsMax));
  }
  for (const QueryTerm& term : query.terms) {
    if (auto mistake = mistake_in(term)) return *std::move(mistake);
  }
  if (std::none_of(query.terms.begin(), query.terms.end(),
                   [](const QueryTerm& term) { return term.weight > 0; })) {
    return refuse(
        "the query only says what to stay away from; add what to look for, such as: photo - night");
  }
  if (auto mistake = mistake_in(query.filters)) return *std::move(mistake);
  for (const std::string& sentence : query.templates) {
    const std::size_t place = sentence.find(kPlaceOfText);
    if (place == std::string::npos || sentence.find(kPlaceOfText, place + 1) != std::string::npos) {
      return refuse(fmt::format(
          "the template \"{}\" has no place for the text, or more than one; write one {{}}, such "
          "as: a photo of a {{}}",
          sentence));
    }
  }
  return check_bounds(query.hits_max, query.score_min);
}

Query apply_templates(Query query) {
  if (query.templates.empty()) return query;
  std::vector<QueryTerm> terms;
  for (const QueryTerm& term : query.terms) {
    if (term.kind != QueryTerm::Kind::text) {
      terms.push_back(term);
      continue;
    }
    for (const std::string& sentence : query.templates) {
      QueryTerm filled = term;
      filled.value = sentence;
      filled.value.replace(sentence.find(kPlaceOfText), kPlaceOfText.size(), term.value);
      filled.weight = term.weight / static_cast<double>(query.templates.size());
      terms.push_back(std::move(filled));
    }
  }
  query.terms = std::move(terms);
  return query;
}

Query resolve_paths(Query query) {
  const char* const home = std::getenv("HOME");
  const auto begins_at_home = [&](const std::string& path) {
    return home != nullptr && path.rfind("~/", 0) == 0;
  };
  for (QueryTerm& term : query.terms) {
    if (term.kind == QueryTerm::Kind::image_file && begins_at_home(term.value)) {
      term.value.replace(0, 1, home);
    }
  }
  for (std::string& glob : query.filters.path_globs) {
    if (begins_at_home(glob)) {
      const std::filesystem::path pattern = as_glob(home) + glob.substr(1);
      glob = pattern.lexically_normal().native();  // $HOME may end in a slash
    } else if (glob.rfind("./", 0) == 0 || glob.rfind("../", 0) == 0) {
      const std::filesystem::path here = as_glob(std::filesystem::current_path().native());
      glob = (here / glob).lexically_normal().native();
    }
  }
  return query;
}

Result<Embedding> combine(std::span<const QueryTerm> terms, std::span<const Embedding> vectors) {
  assert(terms.size() == vectors.size() && !terms.empty());
  std::vector<double> sum(vectors[0].size());
  double weights = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    assert(vectors[i].size() == sum.size());
    weights += std::abs(terms[i].weight);
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += terms[i].weight * double{vectors[i][j]};
  }
  double squares = 0;
  for (const double x : sum) squares += x * x;
  const double length = std::sqrt(squares);
  if (!(length > kDirectionMin * weights)) {
    return refuse("the terms of the query cancel each other out; change a weight or remove a term");
  }
  Embedding direction(sum.size());
  std::transform(sum.begin(), sum.end(), direction.begin(),
                 [&](double x) { return static_cast<float>(x / length); });
  return direction;
}

}  // namespace clipdex::search
