#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "cli/commands.hpp"
#include "cli/hit_output.hpp"
#include "cli/preview.hpp"
#include "library/result_folder.hpp"
#include "library/templates.hpp"

namespace clipdex::cli {
namespace {

constexpr std::string_view kTemplatesOfModel = "model";

struct Arguments {
  std::vector<std::string> words;
  std::vector<std::string> images;
  std::size_t hits_max = 10;
  double match_min = 0;
  double score_min = 0;
  bool json = false;
  bool csv = false;
  bool paths = false;
  bool preview = false;
  bool exact = false;
  bool end_with_nul = false;
  std::filesystem::path link_folder;
  std::string templates;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// As the query language does it: in letters of any case.
bool is_url(const std::string& image) {
  std::string begin = image.substr(0, std::string_view("https://").size());
  std::transform(begin.begin(), begin.end(), begin.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return begin.starts_with("http://") || begin == "https://";
}

Query make_query(const Arguments& arguments, const CLI::App& app) {
  const std::string text = joined(arguments.words);
  const bool only_images = text.empty() && !arguments.images.empty();
  Query query = only_images ? Query{} : parse_query(text).value_or_throw();
  for (const std::string& image : arguments.images) {
    query.terms.push_back(
        {is_url(image) ? QueryTerm::Kind::image_url : QueryTerm::Kind::image_file, image, 1});
  }
  if (arguments.templates == kTemplatesOfModel) {
    query.model_templates = true;
  } else if (!arguments.templates.empty()) {
    query.templates = library::read_templates(arguments.templates).value_or_throw();
  }
  query.hits_max = arguments.hits_max;
  query.exact = arguments.exact;
  if (app.count("--threshold") > 0) query.match_min = arguments.match_min;
  if (app.count("--raw-threshold") > 0) query.score_min = arguments.score_min;
  return query;
}

void print_previews(const SearchResult& result) {
  const TerminalSize terminal = terminal_size();
  const int rows = std::max(4, terminal.rows / 3);
  constexpr int kPixelsPerColumn = 10;
  constexpr int kPixelsPerRow = 20;
  for (const Hit& hit : result.hits) {
    print_result(fmt::format("{:>3}  {:.4f}  {}\n", hit.rank, hit.score, display_path(hit.path)));
    Result<library::Picture> picture = library::preview_picture(
        hit.path, terminal.columns * kPixelsPerColumn, rows * kPixelsPerRow);
    if (picture) {
      print_result(render_picture(picture.value(), terminal.columns, rows));
    } else {
      print_error(picture.error().message);
    }
  }
}

void print_hits(const SearchResult& result, const Arguments& arguments) {
  if (arguments.json) {
    const std::string query = joined(arguments.words);
    const std::string shown = query.empty() ? joined(arguments.images) : query;
    print_result(format_json(result, shown, result.library_count == 0 ? "" : result.model_name));
  } else if (arguments.csv) {
    print_result(format_csv(result));
  } else if (arguments.paths) {
    print_result(format_paths(result, arguments.end_with_nul ? '\0' : '\n'));
  } else if (arguments.preview) {
    print_previews(result);
  } else {
    print_result(format_table(result));
  }
}

std::string why_nothing(const SearchResult& result, const Query& query, const Settings& settings) {
  if (result.library_count == 0) {
    return fmt::format("{} holds no images yet; put some in with: clipdex index FOLDER",
                       settings.library.file.native());
  }
  if (result.filtered_count == 0) {
    return fmt::format("nothing found: none of the {} images passes the filters of the query",
                       result.library_count);
  }
  if (query.match_min) {
    return fmt::format("nothing found: none of {} images is as good as the threshold {} asks",
                       result.filtered_count, *query.match_min);
  }
  return fmt::format("nothing found: none of {} images scores {} or more", result.filtered_count,
                     query.score_min.value_or(0));
}

int run_search(const Settings& settings, const Arguments& arguments, const CLI::App& app) {
  const Query query = make_query(arguments, app);
  const SearchResult result = Library(settings.library).search(query);
  if (result.library_count > 0 && result.by_demo_model) print_demo_note(settings);
  for (const std::string& notice : result.notices) print_note(settings, notice);
  print_hits(result, arguments);
  // The demo model's scores cannot tell that a thing is unknown to it, and would cry wolf.
  if (!result.matches_well.value_or(true) && !result.by_demo_model) {
    print_note(settings,
               "nothing here matches well: the best of these is no better than what texts "
               "find that have nothing to do with the images");
  }
  if (!arguments.link_folder.empty()) {
    library::fill_result_folder(arguments.link_folder, result.hits);
    print_note(settings, fmt::format("{} links are in {}", result.hits.size(),
                                     arguments.link_folder.native()));
  }
  if (!result.hits.empty()) return kDone;
  print_error(why_nothing(result, query, settings));
  return kNothingFoundOrSomeFailed;
}

}  // namespace

void add_search_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand("search", "Find images by words, by example, or by both");
  auto arguments = std::make_shared<Arguments>();
  command->add_option(
      "QUERY", arguments->words,
      "Words, or the query language: 2:\"red car\" - night + ./pool.jpg path:2024/** "
      "after:2024-05");
  command
      ->add_option("-i,--image", arguments->images,
                   "An image to search by: a file or an http(s) URL")
      ->allow_extra_args(false);
  add_library_option(*command, settings);
  add_model_option(*command, settings);
  add_precision_option(*command, settings);
  command->add_option("-k,--count", arguments->hits_max, "How many hits at most")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->capture_default_str();
  command
      ->add_option("-t,--threshold", arguments->match_min,
                   "Leave out hits that are better than a smaller share of the best hits of stock "
                   "texts: 0.5 is chance, 0.95 is sure; the same for every model")
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--raw-threshold", arguments->score_min,
                   "Leave out hits with a lower score, which means something else for each model")
      ->check(CLI::Range(-1.0, 1.0));
  command->add_option(
      "--templates", arguments->templates,
      "Search with the mean of each text put into the lines of this file, such as 'a "
      "photo of a {}'; 'model': the file templates.txt of the model");
  command->add_flag("--exact", arguments->exact,
                    "Look at every image more closely: slower, and misses nothing");
  command->add_flag_callback(
      "--no-query-cache", [&settings] { settings.library.query_cache = false; },
      "Neither use nor keep the vectors of texts that were searched for");
  CLI::Option_group* form = command->add_option_group("Output");
  form->add_flag("--json", arguments->json, "One JSON object");
  form->add_flag("--csv", arguments->csv, "Comma-separated values with a header line");
  form->add_flag("--paths", arguments->paths, "Paths alone, one a line");
  form->add_flag("--preview", arguments->preview, "Draw the hits in the terminal");
  form->require_option(0, 1);
  command->add_flag("-0,--null", arguments->end_with_nul,
                    "With --paths: end each path with a NUL, for xargs -0");
  command->add_option("--link", arguments->link_folder,
                      "Fill this folder with links to the hits, named by rank");
  command->callback([&settings, &chosen, command, arguments] {
    if (arguments->words.empty() && arguments->images.empty()) {
      throw CLI::ValidationError("search", "say what to look for: words, or --image FILE");
    }
    if (arguments->end_with_nul && !arguments->paths) {
      throw CLI::ValidationError("-0", "it goes with --paths");
    }
    chosen = [&settings, command, arguments] { return run_search(settings, *arguments, *command); };
  });
}

}  // namespace clipdex::cli
