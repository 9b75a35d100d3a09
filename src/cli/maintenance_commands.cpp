#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
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

int run_import(const Settings& settings, const std::filesystem::path& source) {
  const store::ImportReport report = library::import_into(settings.library.file, source);
  for (const auto& [reason, count] : report.refused) {
    print_error(fmt::format("{} rows were left out: {}", count, reason));
  }
  print_result(fmt::format("imported {}, known before {}\n", report.imported, report.known));
  return report.refused.empty() ? kDone : kNothingFoundOrSomeFailed;
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
      app.add_subcommand("import", "Bring a clip.db of the TogetheROS box into the library");
  auto source = std::make_shared<std::filesystem::path>();
  command->add_option("FILE", *source, "The old clip.db; it is only read")->required();
  add_library_option(*command, settings);
  command->callback([&settings, &chosen, source] {
    chosen = [&settings, source] { return run_import(settings, *source); };
  });
}

}  // namespace clipdex::cli
