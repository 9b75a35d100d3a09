#include "clipdex/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clipdex {
namespace {

using ::testing::HasSubstr;

TEST(ParseQueryOfTheFacade, ReadsTheQueryLanguage) {
  const Query query = parse_query("2:\"red car\" - night path:2024/**").value_or_throw();
  ASSERT_EQ(query.terms.size(), 2U);
  EXPECT_EQ(query.terms[0], (QueryTerm{QueryTerm::Kind::text, "red car", 2}));
  EXPECT_EQ(query.terms[1], (QueryTerm{QueryTerm::Kind::text, "night", -1}));
  EXPECT_EQ(query.filters.path_globs, std::vector<std::string>{"2024/**"});
}

TEST(ParseQueryOfTheFacade, LeavesTheNumberOfHitsAndTheThresholdAlone) {
  const Query query = parse_query("a cat").value_or_throw();
  EXPECT_EQ(query.hits_max, Query{}.hits_max);
  EXPECT_FALSE(query.score_min);
}

TEST(ParseQueryOfTheFacade, GivesAMistakeBackAsAnError) {
  const Result<Query> query = parse_query("\"a cat");
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(query.error().message, HasSubstr("quote"));
}

}  // namespace
}  // namespace clipdex
