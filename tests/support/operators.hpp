/// Whether this build has the operators of domain "clipdex", without which no variant can run.
#pragma once

namespace clipdex::test {

#if __has_include("encode/operators.hpp")
inline constexpr bool kHasOperators = true;
#else
inline constexpr bool kHasOperators = false;
#endif

}  // namespace clipdex::test

/// At the start of a test, or in SetUp, of what needs them.
#define CLIPDEX_SKIP_WITHOUT_OPERATORS()                                \
  if (!::clipdex::test::kHasOperators) {                                \
    GTEST_SKIP() << "this build has no operators for optimised models"; \
  }                                                                     \
  static_assert(true)
