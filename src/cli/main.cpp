/// clipdex on the command line: reads the arguments, runs one sub-command, and turns whatever goes
/// wrong into one sentence on stderr and an exit status.
#include <csignal>
#include <exception>

#include "base/log.hpp"
#include "cli/commands.hpp"

namespace {

using namespace clipdex;  // NOLINT: the whole file is one function of this program.

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Find images by words and by example: put folders into a library, then search it.",
               "clipdex"};
  app.require_subcommand(1);
  app.set_version_flag("--version", CLIPDEX_VERSION);
  app.failure_message(CLI::FailureMessage::simple);
  app.footer(
      "Start with:  clipdex index FOLDER   then:  clipdex search \"a red car\"\n"
      "Exit status: 0 done, 1 nothing found or some files failed, 2 wrong use, 3 failed.");
  cli::Settings settings = cli::settings_from_environment();
  app.add_flag("-q,--quiet", settings.quiet, "No notes and no progress, only results and errors");
  app.add_flag("--no-progress", settings.no_progress, "No progress line, even on a terminal");
  app.fallthrough();

  cli::Command chosen;
  cli::add_index_command(app, settings, chosen);
  cli::add_search_command(app, settings, chosen);
  cli::add_encode_command(app, settings, chosen);
  cli::add_model_command(app, settings, chosen);
  cli::add_status_command(app, settings, chosen);
  cli::add_use_command(app, settings, chosen);
  cli::add_forget_command(app, settings, chosen);
  cli::add_fsck_command(app, settings, chosen);
  cli::add_import_command(app, settings, chosen);
#ifdef CLIPDEX_ROS2
  cli::add_launch_command(app, settings, chosen);
#endif
  cli::add_inspect_command(app, settings, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kDone : cli::kWrongUse;
  }
  set_log_sink([&settings](LogLevel level, std::string_view line) {
    if (level == LogLevel::warning) cli::print_note(settings, line);
  });
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // A closed pipe is then an error that print_result sees.
  try {
    return parse_and_run(argc, argv);
  } catch (const Exception& error) {
    cli::print_error(error.what());
    return cli::exit_status_of(error.code());
  } catch (const std::exception& error) {
    cli::print_error(std::string("this is a bug in clipdex: ") + error.what());
    return cli::kFailed;
  }
}
