#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "library/maintenance.hpp"
#include "library/model_tools.hpp"

namespace clipdex::cli {
namespace {

int list_models() {
  std::string text;
  for (const library::ListedModel& model : library::list_models()) {
    text += fmt::format("{}  {}  {}\n", printable(model.name),
                        model.problem.empty() ? model.layout : printable(model.problem),
                        printable(model.directory));
  }
  print_result(text);
  return kDone;
}

int show_model(const std::string& directory_or_name) {
  std::string text;
  for (const auto& [label, value] : library::describe_model(directory_or_name)) {
    text += fmt::format("{:<12} {}\n", label, printable(value));
  }
  print_result(text);
  return kDone;
}

std::string_view state_name(encode::CheckState state) {
  switch (state) {
    case encode::CheckState::passed:
      return "ok";
    case encode::CheckState::failed:
      return "FAILED";
    case encode::CheckState::skipped:
      return "skipped";
  }
  return "";
}

int examine_model(const std::string& directory_or_name) {
  std::string text;
  bool sound = true;
  for (const encode::Check& check : library::examine_model(directory_or_name)) {
    text += fmt::format("{:<8} {:<28} {}\n", state_name(check.state), check.name,
                        printable(check.detail));
    sound = sound && check.state != encode::CheckState::failed;
  }
  print_result(text);
  return sound ? kDone : kNothingFoundOrSomeFailed;
}

}  // namespace

void add_model_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand("model", "Look at models");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "The models that can be named");
  list->callback([&chosen] { chosen = list_models; });
  CLI::App* show = command->add_subcommand("show", "What was found in a model package");
  constexpr const char* kModelHelp =
      "A directory, or the name of an installed model; none: CLIPDEX_MODEL, else the demo model";
  show->add_option("MODEL", settings.library.model, kModelHelp);
  show->callback([&settings, &chosen] {
    chosen = [&settings] { return show_model(settings.library.model); };
  });
  CLI::App* doctor = command->add_subcommand("doctor", "Prove a model package by running it");
  doctor->add_option("MODEL", settings.library.model, kModelHelp);
  doctor->callback([&settings, &chosen] {
    chosen = [&settings] { return examine_model(settings.library.model); };
  });
}

}  // namespace clipdex::cli
