#include "base/module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/directories.hpp"

namespace clipdex {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What tests/base/modules/sound.cpp gives.
struct SoundFunctions {
  int (*answer)();
  void (*log)(std::string_view line);
};

TEST(Module, GivesItsFunctionsAndLogsThroughTheProgram) {
  const auto module = load_module<SoundFunctions>("test_sound");
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ(module.value()->answer(), 42);
  std::string logged;
  set_log_sink([&](LogLevel, std::string_view line) { logged = line; });
  module.value()->log("from the module");
  set_log_sink({});
  EXPECT_EQ(logged, "from the module");
}

TEST(Module, IsLoadedOnce) {
  const auto once = load_module<SoundFunctions>("test_sound");
  const auto again = load_module<SoundFunctions>("test_sound");
  ASSERT_TRUE(once && again);
  EXPECT_EQ(once.value(), again.value());
}

TEST(Module, ThatIsMissingIsNamedWithAdvice) {
  const auto module = load_module("test_absent");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code, ErrorCode::internal);
  EXPECT_THAT(module.error().message,
              AllOf(HasSubstr("lib/clipdex/clipdex-test_absent.so, is missing"),
                    HasSubstr("install clipdex again")));
}

TEST(Module, OfAnotherBuildIsRefusedWithBothVersions) {
  const auto module = load_module("test_old");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code, ErrorCode::internal);
  EXPECT_THAT(module.error().message,
              AllOf(HasSubstr("is of clipdex 0.0.0-old, and the program is clipdex "),
                    HasSubstr(module_build())));
}

TEST(Module, ThatIsNoModuleIsRefused) {
  const auto foreign = load_module("test_foreign");
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, HasSubstr("is another program's file"));

  const std::filesystem::path text = program_module_directory() / "clipdex-test_text.so";
  std::ofstream(text) << "no library at all";
  const auto broken = load_module("test_text");
  std::filesystem::remove(text);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("cannot be loaded ("));
}

}  // namespace
}  // namespace clipdex
