#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"

namespace clipdex::cli {
namespace {

struct Arguments {
  std::vector<std::filesystem::path> folders;
  std::vector<std::string> models;
};

int run_forget(const Settings& settings, const Arguments& arguments) {
  if (arguments.folders.empty() && arguments.models.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "say what to forget: a FOLDER, or a model by --drop-model NAME");
  }
  Library library(settings.library);
  for (const std::filesystem::path& folder : arguments.folders) {
    const std::uint64_t count = library.forget(folder);
    print_result(fmt::format("{}: {} images were taken out of the library\n",
                             display_path(folder.native()), count));
  }
  for (const std::string& model : arguments.models) {
    const std::uint64_t count = library.drop_model(model);
    print_result(
        fmt::format("{}: {} vectors were taken out of the library\n", printable(model), count));
  }
  return kDone;
}

}  // namespace

void add_forget_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "forget", "Take folders or models out of the library; the files themselves are not touched");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("FOLDER", arguments->folders,
                      "Folders that were indexed, or folders inside them");
  command
      ->add_option("--drop-model", arguments->models,
                   "A model that searches do not use, with its vectors (may be repeated)")
      ->allow_extra_args(false);
  add_library_option(*command, settings);
  command->callback([&settings, &chosen, arguments] {
    chosen = [&settings, arguments] { return run_forget(settings, *arguments); };
  });
}

}  // namespace clipdex::cli
