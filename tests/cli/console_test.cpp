#include "cli/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/environment.hpp"

namespace clipdex::cli {
namespace {

TEST(Console, ControlCharactersAreMadeVisible) {
  EXPECT_EQ(printable("a\nb\x1b[31m\xFF"), "a\\nb\\x1b[31m\xEF\xBF\xBD");
}

TEST(Console, PathsBelowHereAreShownRelative) {
  const std::string here = std::filesystem::current_path().native();
  EXPECT_EQ(display_path(here + "/a/b.jpg"), "a/b.jpg");
  EXPECT_EQ(display_path("/elsewhere/b.jpg"), "/elsewhere/b.jpg");
}

TEST(Console, ALineOfStderrIsOneLineWhateverItSays) {
  ::testing::internal::CaptureStderr();
  print_error("no such file: a\nb\x1b[31m");
  print_note({}, "a\tnote");
  print_note({.library = {}, .quiet = true, .no_progress = false}, "unheard");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "clipdex: no such file: a\\nb\\x1b[31m\nclipdex: a\\tnote\n");
}

TEST(Console, TheEnvironmentSetsTheLibraryAndTheModel) {
  const test::ScopedVariable library("CLIPDEX_LIBRARY", "/a/photos.db");
  const test::ScopedVariable model("CLIPDEX_MODEL", "large");
  const Settings settings = settings_from_environment();
  EXPECT_EQ(settings.library.file, "/a/photos.db");
  EXPECT_EQ(settings.library.model, "large");
  EXPECT_TRUE(settings.library.query_cache);
  EXPECT_FALSE(settings.quiet);
}

TEST(Console, TheEnvironmentTurnsTheCacheOfQueriesOff) {
  for (const auto& [value, is_used] : {std::pair("1", false), std::pair("", true)}) {
    const test::ScopedVariable variable("CLIPDEX_NO_QUERY_CACHE", value);
    EXPECT_EQ(settings_from_environment().library.query_cache, is_used) << value;
  }
}

TEST(Console, AnEmptyVariableIsNone) {
  for (const std::optional<std::string>& nothing : {std::optional<std::string>(), {""}}) {
    const test::ScopedVariable library("CLIPDEX_LIBRARY", nothing);
    const test::ScopedVariable model("CLIPDEX_MODEL", nothing);
    EXPECT_EQ(settings_from_environment().library.file, "clip.db");
    EXPECT_EQ(settings_from_environment().library.model, "");
  }
}

TEST(Console, AnOptionOverrulesTheEnvironment) {
  const test::ScopedVariable library("CLIPDEX_LIBRARY", "/a/photos.db");
  Settings settings = settings_from_environment();
  CLI::App app;
  add_library_option(*app.add_subcommand("one"), settings);
  add_library_option(*app.add_subcommand("two"), settings);
  app.parse("one --library mine.db");
  EXPECT_EQ(settings.library.file, "mine.db");
}

TEST(Console, OutputThatCannotBeWrittenIsAnError) {
  // Whatever is written to /dev/full finds a full disk; the death test has a stdout of its own.
  const auto write_to_full_disk = [] {
    if (std::freopen("/dev/full", "w", stdout) == nullptr) std::_Exit(9);
    try {
      print_result("text");
    } catch (const Exception& error) {
      print_error(error.what());
      std::_Exit(error.code() == ErrorCode::write_failed ? 3 : 8);
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(write_to_full_disk(), ::testing::ExitedWithCode(3),
              "clipdex: the output cannot be written: No space left on device");
}

TEST(Console, AWrongQueryIsWrongUseAndTheRestHasFailed) {
  EXPECT_EQ(exit_status_of(ErrorCode::invalid_argument), kWrongUse);
  EXPECT_EQ(exit_status_of(ErrorCode::disk_full), kFailed);
}

TEST(Console, ThePrecisionOfTheEnvironmentIsChecked) {
  {
    const test::ScopedVariable precision("CLIPDEX_PRECISION", "float32");
    EXPECT_EQ(settings_from_environment().library.precision, ModelPrecision::float32);
  }
  const test::ScopedVariable precision("CLIPDEX_PRECISION", "int4");
  try {
    (void)settings_from_environment();
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(std::string(exception.what()),
              "CLIPDEX_PRECISION is 'int4'; it may be auto, int8 or float32");
  }
}

}  // namespace
}  // namespace clipdex::cli
