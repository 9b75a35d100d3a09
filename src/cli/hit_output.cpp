#include "cli/hit_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "cli/console.hpp"

namespace clipdex::cli {
namespace {

double rounded(double value, double step) { return std::round(value / step) * step; }

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + "\"";
}

}  // namespace

std::string format_table(const SearchResult& result) {
  std::string text;
  for (const Hit& hit : result.hits) {
    text += fmt::format("{:>3}  {:.4f}  {}\n", hit.rank, hit.score, display_path(hit.path));
  }
  return text;
}

std::string format_json(const SearchResult& result, std::string_view query,
                        std::string_view model_name) {
  nlohmann::ordered_json document;
  document["query"] = to_valid_utf8(query);
  document["model"] = to_valid_utf8(model_name);
  document["library_count"] = result.library_count;
  document["elapsed_ms"] = {{"open", rounded(result.times.open_ms, 1e-3)},
                            {"encode", rounded(result.times.encode_ms, 1e-3)},
                            {"rank", rounded(result.times.rank_ms, 1e-3)}};
  if (result.matches_well) document["matches_well"] = *result.matches_well;
  document["hits"] = nlohmann::ordered_json::array();
  for (const Hit& hit : result.hits) {
    nlohmann::ordered_json entry{{"rank", hit.rank}, {"path", to_valid_utf8(hit.path)}};
    if (!is_valid_utf8(hit.path)) entry["path_base64"] = to_base64(hit.path);
    entry["score"] = rounded(hit.score, 1e-6);
    if (hit.match) entry["match"] = rounded(*hit.match, 1e-6);
    document["hits"].push_back(std::move(entry));
  }
  return document.dump() + "\n";
}

std::string format_csv(const SearchResult& result) {
  std::string text = "rank,score,path,match\r\n";
  for (const Hit& hit : result.hits) {
    text += fmt::format("{},{:.6f},{},{}\r\n", hit.rank, hit.score, csv_field(hit.path),
                        hit.match ? fmt::format("{:.6f}", *hit.match) : "");
  }
  return text;
}

std::string format_paths(const SearchResult& result, char terminator) {
  std::string text;
  for (const Hit& hit : result.hits) {
    text += hit.path;
    text += terminator;
  }
  return text;
}

}  // namespace clipdex::cli
