#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"

namespace clipdex::cli {
namespace {

int run_use(const Settings& settings, const std::string& name) {
  const ModelChange change = Library(settings.library).use_model(name);
  print_result(fmt::format("searches use the model '{}'\n", printable(change.to)));
  if (change.vectors >= change.images) return kDone;
  print_error(fmt::format(
      "{} of {} images have no vector of it and are not found; fill them in with: clipdex index "
      "--model {}",
      change.images - change.vectors, change.images, printable(change.to)));
  return kNothingFoundOrSomeFailed;
}

}  // namespace

void add_use_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "use", "Search with another model whose vectors the library holds, or go back to one");
  auto name = std::make_shared<std::string>();
  command
      ->add_option("MODEL", *name,
                   "Its name or the first digits of its identity, as `clipdex status` shows them")
      ->required();
  add_library_option(*command, settings);
  command->callback([&settings, &chosen, name] {
    chosen = [&settings, name] { return run_use(settings, *name); };
  });
}

}  // namespace clipdex::cli
