#include "clipdex/error.hpp"

#include <gtest/gtest.h>

namespace clipdex {
namespace {

TEST(Error, EveryCodeHasANameThatLeadsBackToIt) {
  for (int number = 0; number <= static_cast<int>(ErrorCode::internal); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    EXPECT_EQ(error_code_from_name(error_code_name(code)), code) << number;
  }
  EXPECT_EQ(error_code_from_name("something new"), ErrorCode::internal);
}

TEST(Error, AResultHoldsItsValueOrThrowsItsError) {
  EXPECT_EQ(Result<int>(7).value_or_throw(), 7);
  try {
    (void)Result<int>(Error{ErrorCode::busy, "held"}).value_or_throw();
    FAIL() << "nothing was thrown";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_STREQ(error.what(), "held");
  }
}

}  // namespace
}  // namespace clipdex
