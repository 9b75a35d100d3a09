/// Runs one sub-command as the program does, and keeps what it printed.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "support/library_scene.hpp"

namespace clipdex::cli {

/// What a user sees of a command.
struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Parses arguments, the sub-command's name first, and runs what they chose.
inline int parse_and_run(void (*add)(CLI::App&, Settings&, Command&),
                         const std::vector<std::string>& arguments) {
  CLI::App app("The tests", "clipdex");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  Settings settings = settings_from_environment();
  app.add_flag("-q,--quiet", settings.quiet);
  app.fallthrough();
  Command chosen;
  add(app, settings, chosen);

  std::vector<const char*> words{"clipdex"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  try {
    app.parse(static_cast<int>(words.size()), words.data());
    return chosen();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUse;
  } catch (const Exception& error) {
    print_error(error.what());
    return exit_status_of(error.code());
  }
}

/// A place with photos and a library, which every command finds in its environment. The commands
/// are run there, so that paths are shown relative to it.
class CommandScene : public test::LibraryScene {
 protected:
  CommandScene() { std::filesystem::current_path(home_); }
  ~CommandScene() override { std::filesystem::current_path(before_); }

  static Outcome run(void (*add)(CLI::App&, Settings&, Command&),
                     const std::vector<std::string>& arguments, const std::string& input = "") {
    std::istringstream stream(input);
    std::streambuf* const before = std::cin.rdbuf(stream.rdbuf());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = parse_and_run(add, arguments);
    std::fflush(stdout);
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    std::cin.rdbuf(before);
    return outcome;
  }

  /// Expects wrong use: these words on stderr, nothing on stdout.
  static void expect_wrong_use(const Outcome& outcome, const std::string& words) {
    EXPECT_EQ(outcome.status, kWrongUse);
    EXPECT_THAT(outcome.err, ::testing::HasSubstr(words));
    EXPECT_EQ(outcome.out, "");
  }

  /// Expects a failure that one sentence explains, and nothing on stdout.
  static void expect_failure(const Outcome& outcome, const std::string& words) {
    EXPECT_EQ(outcome.status, kFailed);
    EXPECT_THAT(outcome.err, ::testing::StartsWith("clipdex: "));
    EXPECT_THAT(outcome.err, ::testing::HasSubstr(words));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }

  /// The names by which the tests call the small model and the demo model.
  static std::string small() { return small_model().native(); }

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
  const test::ScopedVariable library_{"CLIPDEX_LIBRARY", file_.native()};
};

}  // namespace clipdex::cli
