#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/progress_line.hpp"

namespace clipdex::cli {
namespace {

constexpr std::size_t kFailuresShownMax = 20;

struct Arguments {
  std::vector<std::filesystem::path> folders;
  std::vector<std::string> excludes;
  bool hidden = false;
  bool retry_failed = false;
  unsigned threads = 0;
};

void print_failures(const IndexReport& report) {
  const std::size_t shown = std::min(report.failures.size(), kFailuresShownMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const FailedFile& failure = report.failures[i];
    print_error(fmt::format("{}: {}", display_path(failure.path), printable(failure.message)));
  }
  if (report.failed > shown) {
    print_error(
        fmt::format("and {} more files failed; see them all with: clipdex status --failures",
                    report.failed - shown));
  }
}

std::string format_summary(const IndexReport& report) {
  std::string text =
      fmt::format("new {}, changed {}, moved {}, copied {}, unchanged {}, removed {}, failed {}\n",
                  report.added, report.changed, report.moved, report.copied, report.unchanged,
                  report.removed, report.failed);
  if (report.encoded > 0) {
    text += fmt::format(
        "encoded {} images in {}: {:.1f} images/s (CPU: decode {:.1f} s, encode "
        "{:.1f} s, store {:.1f} s)\n",
        report.encoded,
        report.elapsed_s < 10 ? fmt::format("{:.1f} s", report.elapsed_s)
                              : format_seconds(report.elapsed_s),
        static_cast<double>(report.encoded) / report.elapsed_s, report.decode_s, report.encode_s,
        report.store_s);
  }
  if (report.not_images > 0)
    text += fmt::format("{} other files were left alone\n", report.not_images);
  if (report.failed_before > 0) {
    text += fmt::format("{} of the unchanged failed before; try them again with --retry-failed\n",
                        report.failed_before);
  }
  return text;
}

/// Whether nothing of a change is left to be done.
bool tell_change(const Settings& settings, const IndexReport& report) {
  if (!report.model_change) return true;
  const ModelChange& change = *report.model_change;
  const std::string to = printable(change.to);
  const std::string from = printable(change.from);
  if (change.done) {
    print_note(settings, fmt::format("searches use the model '{0}' now; the vectors of '{1}' stay: "
                                     "go back with `clipdex use {1}`, or take them out with "
                                     "`clipdex forget --drop-model {1}`",
                                     to, from));
    return true;
  }
  print_error(fmt::format(
      "searches still use the model '{}': {} of {} images have a vector of '{}'; {}", from,
      change.vectors, change.images, to,
      report.stopped
          ? "the same command goes on from here"
          : fmt::format("the others are in folders that are not there: bring those back and repeat "
                        "the command, or do without with `clipdex use {}`",
                        to)));
  return false;
}

int run_index(const Settings& settings, const Arguments& arguments, const CLI::App& app) {
  Library library(settings.library);
  IndexOptions options;
  options.folders = arguments.folders;
  if (app.count("--exclude") > 0) options.excludes = arguments.excludes;
  if (app.count("--hidden") > 0) options.hidden_files = arguments.hidden;
  options.retry_failed = arguments.retry_failed;
  options.threads = arguments.threads;

  watch_for_interrupt();
  IndexReport report;
  {
    ProgressLine line(!settings.quiet && !settings.no_progress);
    options.progress = [&line](const Progress& progress) {
      line.show(progress);
      return interrupted() ? ProgressReply::stop : ProgressReply::go_on;
    };
    options.note = [&](std::string_view note) { print_note(settings, note); };
    report = library.index(options);
  }
  if (library.model().is_demo) print_demo_note(settings);
  const bool has_changed = tell_change(settings, report);
  print_failures(report);
  for (const std::string& notice : report.notices) print_error(notice);
  print_result(format_summary(report));
  if (report.stopped) {
    print_error("stopped; everything so far is stored, and the same command goes on from here");
  }
  const bool whole = !report.stopped && report.failed == 0 && report.notices.empty() && has_changed;
  return whole ? kDone : kNothingFoundOrSomeFailed;
}

}  // namespace

void add_index_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "index", "Put folders of images into the library, or bring those it knows up to date");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("FOLDER", arguments->folders, "Folders; none: all that the library knows");
  add_library_option(*command, settings);
  add_model_option(*command, settings);
  add_precision_option(*command, settings);
  command
      ->add_option("-x,--exclude", arguments->excludes,
                   "Leave out paths that match a pattern such as 'raw/**' (may be repeated)")
      ->allow_extra_args(false);
  command->add_flag("--hidden,!--no-hidden", arguments->hidden,
                    "Take files and folders whose names begin with a dot, too");
  command->add_flag("--retry-failed", arguments->retry_failed,
                    "Read files again that failed before, though they did not change");
  command->add_option("-j,--threads", arguments->threads, "Workers; 0: one a core")
      ->check(CLI::Range(0, 1024));
  command->callback([&settings, &chosen, command, arguments] {
    chosen = [&settings, command, arguments] { return run_index(settings, *arguments, *command); };
  });
}

}  // namespace clipdex::cli
