#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/progress_line.hpp"
#include "library/maintenance.hpp"

namespace clipdex::cli {
namespace {

int run_fsck(const Settings& settings, bool repair) {
  const std::vector<store::Finding> findings = library::check(settings.library.file, repair);
  std::string text;
  for (const store::Finding& finding : findings) {
    text += fmt::format("{} {}{}: {}\n", finding.count, printable(finding.what),
                        finding.repaired ? " (repaired)" : "", printable(finding.remedy));
  }
  if (findings.empty()) text = fmt::format("{} is whole\n", settings.library.file.native());
  print_result(text);
  const bool whole = std::all_of(findings.begin(), findings.end(),
                                 [](const store::Finding& finding) { return finding.repaired; });
  if (!whole && !repair) print_error("repair what can be repaired with: clipdex fsck --repair");
  return whole ? kDone : kNothingFoundOrSomeFailed;
}

store::ImportReport import(const Settings& settings, const library::VectorFiles& files) {
  watch_for_interrupt();
  ProgressLine line(!settings.quiet && !settings.no_progress);
  const ProgressCallback show = [&line](const Progress& progress) {
    line.show(progress);
    return interrupted() ? ProgressReply::stop : ProgressReply::go_on;
  };
  const std::filesystem::path& library = settings.library.file;
  if (files.paths.empty()) return library::import_togetheros(library, files.vectors, show);
  return library::import_vectors(library, files, settings.library.model, show);
}

int run_import(const Settings& settings, const library::VectorFiles& files) {
  if (files.paths.empty() && files.vectors.extension() == ".npy") {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("{0} needs a file that names the image of each vector, one path a "
                                "line: clipdex import {0} PATHS --model DIR",
                                files.vectors.native()));
  }
  const store::ImportReport report = import(settings, files);
  for (const auto& [reason, count] : report.refused) {
    print_error(fmt::format("{} rows were left out: {}", count, reason));
  }
  print_result(fmt::format("imported {}, known before {}\n", report.imported, report.known));
  if (report.stopped) {
    print_error("stopped; everything so far is stored, and the same command goes on from here");
  }
  const bool whole = report.refused.empty() && !report.stopped;
  return whole ? kDone : kNothingFoundOrSomeFailed;
}

}  // namespace

void add_fsck_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand("fsck", "Check the library file, and repair it");
  auto repair = std::make_shared<bool>(false);
  add_library_option(*command, settings);
  command->add_flag("--repair", *repair, "Put right what can be put right without loss");
  command->callback([&settings, &chosen, repair] {
    chosen = [&settings, repair] { return run_fsck(settings, *repair); };
  });
}

void add_import_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("import", "Bring in vectors that others made: an old clip.db, a .npy");
  auto files = std::make_shared<library::VectorFiles>();
  command
      ->add_option("FILE", files->vectors,
                   "A clip.db of the TogetheROS box, or vectors as numpy.save writes them")
      ->required();
  command->add_option("PATHS", files->paths,
                      "With a .npy: a text file that names the image of each vector, one a line");
  add_library_option(*command, settings);
  add_model_option(*command, settings);
  command->callback([&settings, &chosen, files] {
    chosen = [&settings, files] { return run_import(settings, *files); };
  });
}

}  // namespace clipdex::cli
