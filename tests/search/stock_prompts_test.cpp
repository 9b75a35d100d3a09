#include "search/stock_prompts.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/utf8.hpp"

namespace clipdex::search {
namespace {

TEST(StockPrompts, AreAHundredDifferentTexts) {
  const std::set<std::string_view> different(stock_prompts().begin(), stock_prompts().end());
  EXPECT_EQ(different.size(), 100U);
  EXPECT_LT(kUnrelatedBegin, stock_prompts().size());
  for (const std::string_view prompt : different) {
    EXPECT_TRUE(is_valid_utf8(prompt)) << prompt;
    EXPECT_FALSE(prompt.empty());
  }
}

}  // namespace
}  // namespace clipdex::search
