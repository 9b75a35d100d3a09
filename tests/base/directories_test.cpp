#include "base/directories.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace clipdex {
namespace {

TEST(Directories, TheUsersDirectoriesFollowTheEnvironment) {
  ::setenv("XDG_CACHE_HOME", "/tmp/x", 1);
  EXPECT_EQ(user_cache_directory(), "/tmp/x/clipdex");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  ::setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(user_cache_directory(), "/home/someone/.cache/clipdex")
      << "relative values are ignored";
  ::unsetenv("XDG_DATA_HOME");
  EXPECT_EQ(user_data_directory(), "/home/someone/.local/share/clipdex");
}

TEST(Directories, TheProgramsDataAndModulesLieBesideItsBinDirectory) {
  EXPECT_TRUE(program_data_directory().native().ends_with("/share/clipdex"));
  EXPECT_TRUE(program_module_directory().native().ends_with("/lib/clipdex"));
  EXPECT_EQ(program_module_directory().parent_path().parent_path(),
            program_data_directory().parent_path().parent_path());
}

}  // namespace
}  // namespace clipdex
