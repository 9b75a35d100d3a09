#include <dlfcn.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace clipdex {
namespace {

/// Gives every test the targets of the machine, and leaves them to the next.
class HighwayTargets : public ::testing::Test {
 protected:
  HighwayTargets() { reset(); }
  ~HighwayTargets() override { reset(); }

  static void reset() {
    hwy::DisableTargets(0);
    hwy::SetSupportedTargetsForTest(0);
  }
};

TEST_F(HighwayTargets, AreThoseThatHighwaysOwnLibraryFinds) {
  void* library = ::dlopen("libhwy.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) GTEST_SKIP() << "libhwy is not installed on this machine";
  const auto theirs =
      reinterpret_cast<std::int64_t (*)()>(::dlsym(library, "_ZN3hwy16SupportedTargetsEv"));
  ASSERT_NE(theirs, nullptr);
  EXPECT_EQ(hwy::SupportedTargets() & HWY_TARGETS, theirs() & HWY_TARGETS);
}

TEST_F(HighwayTargets, HoldWhatTheProgramIsCompiledForAnyway) {
  EXPECT_NE(hwy::SupportedTargets() & HWY_STATIC_TARGET, 0);
}

TEST_F(HighwayTargets, CanBeDisabledAndComeBack) {
  const std::int64_t all = hwy::SupportedTargets();
  hwy::DisableTargets(all & ~HWY_STATIC_TARGET);
  EXPECT_EQ(hwy::SupportedTargets(), HWY_STATIC_TARGET);
  hwy::DisableTargets(~std::int64_t{0});
  EXPECT_EQ(hwy::SupportedTargets(), HWY_STATIC_TARGET) << "there is always one target";
  hwy::DisableTargets(0);
  EXPECT_EQ(hwy::SupportedTargets(), all);
}

TEST_F(HighwayTargets, CanBeThoseOfATestAndAreChosenAnewThen) {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  EXPECT_TRUE(hwy::GetChosenTarget().IsInitialized());
  hwy::SetSupportedTargetsForTest(HWY_STATIC_TARGET);
  EXPECT_FALSE(hwy::GetChosenTarget().IsInitialized());
  EXPECT_EQ(hwy::SupportedTargets(), HWY_STATIC_TARGET);
}

}  // namespace
}  // namespace clipdex
