#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
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

}  // namespace

void add_model_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand("model", "Look at models");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "The models that can be named");
  list->callback([&chosen] { chosen = list_models; });
  CLI::App* show = command->add_subcommand("show", "What was found in a model package");
  show->add_option("MODEL", settings.library.model,
                   "A directory, or the name of an installed model; none: the demo model")
      ->envname("CLIPDEX_MODEL");
  show->callback([&settings, &chosen] {
    chosen = [&settings] { return show_model(settings.library.model); };
  });
}

}  // namespace clipdex::cli
