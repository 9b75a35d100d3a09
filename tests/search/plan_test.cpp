#include "search/plan.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "base/glob.hpp"
#include "base/utf8.hpp"
#include "search/environment.hpp"
#include "support/places.hpp"
#include "support/random_vectors.hpp"

namespace clipdex::search {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using Kind = QueryTerm::Kind;
using std::string_literals::operator""s;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Query query_of(std::vector<QueryTerm> terms) {
  Query query;
  query.terms = std::move(terms);
  return query;
}

QueryTerm words(double weight = 1) { return {Kind::text, "car", weight}; }

/// The message that refuses a query; empty when nothing does.
std::string refusal(const Query& query) {
  const auto checked = check_query(query);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
  return checked.error().message;
}

TEST(CheckQuery, PassesWhatCanBeExecuted) {
  Query query = query_of({words(), {Kind::image_file, "a.jpg", -2}, {Kind::image_url, "http://x"}});
  EXPECT_EQ(refusal(query), "");
  query.filters = {.path_globs = {"**"}, .taken_from_s = 1, .taken_before_s = 2};
  query.hits_max = 1;
  query.score_min = -1;
  EXPECT_EQ(refusal(query), "");
  query.hits_max = std::numeric_limits<std::size_t>::max();
  query.score_min = kInfinity;
  EXPECT_EQ(refusal(query), "") << "no image is that near, which is no mistake";
  EXPECT_EQ(refusal(query_of({words(kWeightMin), words(-kWeightMax)})), "");
  EXPECT_EQ(refusal(query_of(std::vector(kTermsMax, words()))), "");
}

TEST(CheckQuery, RefusesAQueryWithoutTerms) {
  Query query;
  EXPECT_EQ(refusal(query), "the query is empty; write what to look for, such as: red car");
  query.filters.taken_from_s = 0;
  EXPECT_EQ(refusal(query),
            "the query has only filters; add what to look for, such as: red car path:2024/**");
}

TEST(CheckQuery, RefusesTooManyTerms) {
  EXPECT_EQ(refusal(query_of(std::vector(kTermsMax + 1, words()))),
            "the query has 101 terms; 100 is the most");
}

TEST(CheckQuery, RefusesWeightsOutOfBounds) {
  for (const double weight : {0.0, 9e-7, -9e-7, 1.1e6, -1.1e6, kInfinity, -kInfinity, kNaN}) {
    EXPECT_THAT(refusal(query_of({words(), words(weight)})),
                ::testing::MatchesRegex("the weight of \"car\" is .*; write one between 0.000001 "
                                        "and 1000000"))
        << weight;
  }
  EXPECT_EQ(refusal(query_of({words(0)})),
            "the weight of \"car\" is 0; write one between 0.000001 and 1000000");
}

TEST(CheckQuery, RefusesEmptyTermsOfEveryKind) {
  for (const Kind kind : {Kind::text, Kind::image_file, Kind::image_url}) {
    for (const char* const value : {"", " \t", "\u3000"}) {
      EXPECT_EQ(refusal(query_of({words(), {kind, value}})),
                "a term of the query is empty; write what to look for, or remove it");
    }
  }
}

TEST(CheckQuery, RefusesPathsAndAddressesThatNoneCanHave) {
  EXPECT_EQ(refusal(query_of({{Kind::image_file, "/a\0b"s}})),
            "the path of a query image holds a zero byte, which no file name can");
  EXPECT_EQ(refusal(query_of({{Kind::image_url, "http://a\0b"s}})),
            "the address of a query image holds a zero byte, which no address can");
  EXPECT_EQ(refusal(query_of({{Kind::text, "a\0b"s}})), "") << "a text may hold anything";
  for (const char* const address : {"ftp://x/a", "x/a", "http://", "http://x/a b", "http://x/\n",
                                    " http://x", "http://x/\u3000"}) {
    EXPECT_EQ(refusal(query_of({{Kind::image_url, address}})),
              '"' + std::string(address) +
                  "\" is not the address of an image; write one that begins with http:// or "
                  "https:// and has no blanks (%20 stands for one)");
  }
}

TEST(CheckQuery, RefusesAQueryThatOnlyExcludes) {
  EXPECT_EQ(
      refusal(query_of({words(-1), words(-2)})),
      "the query only says what to stay away from; add what to look for, such as: photo - night");
}

TEST(CheckQuery, RefusesFiltersThatAdmitNothing) {
  Query query = query_of({words()});
  query.filters.path_globs = {"a", ""};
  EXPECT_EQ(refusal(query), "a path: filter is empty; write a pattern, such as path:2024/**");
  query.filters = {.path_globs = {}, .taken_from_s = 5, .taken_before_s = 5};
  EXPECT_EQ(refusal(query),
            "no image can be taken both after: and before: these times; after: must be earlier");
  query.filters.taken_before_s = 6;
  EXPECT_EQ(refusal(query), "");
}

TEST(CheckQuery, RefusesLimitsWithoutMeaning) {
  Query query = query_of({words()});
  query.hits_max = 0;
  EXPECT_EQ(refusal(query), "0 results were asked for; ask for at least 1");
  query.hits_max = 1;
  query.score_min = kNaN;
  EXPECT_EQ(refusal(query), "the threshold is not a number; write one between -1 and 1");
}

TEST(CheckQuery, ItsMessagesAreUtf8WhateverTheTermsAre) {
  const std::string weight = refusal(query_of({{Kind::text, "caf\xE9", 0}}));
  EXPECT_EQ(weight, "the weight of \"caf\uFFFD\" is 0; write one between 0.000001 and 1000000");
  EXPECT_TRUE(is_valid_utf8(refusal(query_of({{Kind::image_url, "x\xFF"}}))));
}

class ResolvePaths : public ::testing::Test {
 protected:
  static std::string path(std::string value, Kind kind = Kind::image_file) {
    return resolve_paths(query_of({{kind, std::move(value)}})).terms[0].value;
  }
  static std::string glob(std::string value) {
    Query query;
    query.filters.path_globs = {std::move(value)};
    return resolve_paths(query).filters.path_globs[0];
  }
};

TEST_F(ResolvePaths, ATildeAndASlashStartAtHome) {
  const test::ScopedVariable home("HOME", "/home/kim");
  EXPECT_EQ(path("~/a.jpg"), "/home/kim/a.jpg");
  EXPECT_EQ(glob("~/2024/**"), "/home/kim/2024/**");
  for (const char* const other : {"~", "~kim/a", "/~/a", "./a", "a~/b"}) {
    EXPECT_EQ(path(other), other);
  }
  EXPECT_EQ(glob("~"), "~");
  EXPECT_EQ(path("~/a.jpg", Kind::text), "~/a.jpg");
  EXPECT_EQ(path("http://x/~/a.jpg", Kind::image_url), "http://x/~/a.jpg");
}

TEST_F(ResolvePaths, CharactersOfHomeAreNoPattern) {
  const test::ScopedVariable home("HOME", "/home/k*m [x]?\\");
  EXPECT_EQ(path("~/a.jpg"), "/home/k*m [x]?\\/a.jpg");
  EXPECT_TRUE(glob_matches(glob("~/*.jpg"), "/home/k*m [x]?\\/a.jpg"));
  EXPECT_FALSE(glob_matches(glob("~/*.jpg"), "/home/kim x/a.jpg"));
}

TEST_F(ResolvePaths, AHomeThatEndsInASlashIsTheSameFolder) {
  const test::ScopedVariable home("HOME", "/home/kim/");
  EXPECT_TRUE(glob_matches(glob("~/*.jpg"), "/home/kim/a.jpg")) << glob("~/*.jpg");
}

TEST_F(ResolvePaths, WithoutAHomeATildeIsAName) {
  const test::ScopedVariable home("HOME", std::nullopt);
  EXPECT_EQ(path("~/a.jpg"), "~/a.jpg");
  EXPECT_EQ(glob("~/a"), "~/a");
}

/// Has a working directory of its own, whose name looks like a pattern.
class ResolveFromHere : public ResolvePaths {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(here_);
    std::filesystem::current_path(here_);
  }
  void TearDown() override { std::filesystem::current_path(before_); }

  const test::TemporaryDirectory directory_;
  const std::filesystem::path before_ = std::filesystem::current_path();
  const std::filesystem::path here_ =
      std::filesystem::canonical(directory_.path()) / "photos [a*]" / "2024";
};

TEST_F(ResolveFromHere, GlobsThatBeginWithDotsStartAtTheWorkingDirectory) {
  const std::string here = here_.native();
  EXPECT_TRUE(glob_matches(glob("./*.jpg"), here + "/a.jpg"));
  EXPECT_FALSE(glob_matches(glob("./*.jpg"), "/elsewhere/2024/a.jpg"));
  EXPECT_FALSE(glob_matches(glob("./*.jpg"), here + "/05/a.jpg"));
  EXPECT_TRUE(glob_matches(glob("./**/*.jpg"), here + "/05/a.jpg"));
  EXPECT_TRUE(glob_matches(glob("./"), here + "/05/a.jpg"));
  EXPECT_TRUE(glob_matches(glob("../2023/./*.jpg"), here_.parent_path().native() + "/2023/a.jpg"));
  EXPECT_FALSE(glob_matches(glob("../2023"), here + "/2023/a.jpg"));
}

TEST_F(ResolveFromHere, OtherGlobsAndPathsStayAsTheyAre) {
  for (const char* const other : {"2024/**", "/a/./b", ".", "..", ".git", "**/../x"}) {
    EXPECT_EQ(glob(other), other);
  }
  EXPECT_EQ(path("./a.jpg"), "./a.jpg") << "the file system knows where that is";
}

std::vector<QueryTerm> weighted(const std::vector<double>& weights) {
  std::vector<QueryTerm> terms;
  for (const double weight : weights) terms.push_back(words(weight));
  return terms;
}

Embedding combined(const std::vector<double>& weights, const std::vector<Embedding>& vectors) {
  return combine(weighted(weights), vectors).value_or_throw();
}

TEST(Combine, OneTermGivesItsOwnVectorWhateverItsWeight) {
  const Embedding vector = test::random_unit_vectors(1, 512, 1)[0];
  for (const double weight : {1.0, 1e-6, 0.3, 1e6}) {
    EXPECT_THAT(combined({weight}, {vector}), ::testing::Pointwise(FloatNear(1e-7F), vector));
  }
}

TEST(Combine, SumsWeightTimesVectorAndGivesUnitLength) {
  const std::vector<Embedding> axes{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  EXPECT_THAT(combined({2, 1, -2}, axes),
              ElementsAre(FloatNear(2.0F / 3, 1e-7F), FloatNear(1.0F / 3, 1e-7F),
                          FloatNear(-2.0F / 3, 1e-7F)));
  EXPECT_THAT(combined({3, -4, 1e-6}, axes),
              ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(-0.8F, 1e-6F), FloatNear(0, 1e-6F)));
}

TEST(Combine, OnlyTheRatioOfTheWeightsMatters) {
  const std::vector<Embedding> vectors = test::random_unit_vectors(3, 64, 2);
  const Embedding once = combined({1, 0.5, -0.25}, vectors);
  EXPECT_THAT(combined({1e6, 5e5, -2.5e5}, vectors), ::testing::Pointwise(FloatNear(1e-6F), once));
  EXPECT_THAT(combined({4e-6, 2e-6, -1e-6}, vectors), ::testing::Pointwise(FloatNear(1e-6F), once));
}

TEST(Combine, ManyTermsAreSummedInDoublePrecision) {
  const std::vector<Embedding> vectors = test::random_unit_vectors(kTermsMax, 512, 3);
  std::vector<double> sum(512);
  for (const Embedding& vector : vectors) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += double{vector[j]};
  }
  double squares = 0;
  for (const double x : sum) squares += x * x;
  const Embedding direction = combined(std::vector<double>(kTermsMax, 1), vectors);
  double length = 0;
  for (std::size_t j = 0; j < sum.size(); ++j) {
    EXPECT_FLOAT_EQ(direction[j], static_cast<float>(sum[j] / std::sqrt(squares)));
    length += double{direction[j]} * double{direction[j]};
  }
  EXPECT_NEAR(length, 1, 1e-6);
}

TEST(Combine, TermsThatCancelEachOtherOutLeaveNoDirection) {
  const Embedding vector = test::random_unit_vectors(1, 512, 4)[0];
  Embedding opposite = vector;
  for (float& x : opposite) x = -x;
  const std::vector<std::pair<std::vector<double>, std::vector<Embedding>>> nothings{
      {{1, -1}, {vector, vector}},       {{1e6, -1e6}, {vector, vector}},
      {{1e-6, -1e-6}, {vector, vector}}, {{0.1, 0.2, -0.3}, {vector, vector, vector}},
      {{2, 2}, {vector, opposite}},
  };
  for (const auto& [weights, vectors] : nothings) {
    const auto direction = combine(weighted(weights), vectors);
    ASSERT_FALSE(direction);
    EXPECT_EQ(direction.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(direction.error().message,
              "the terms of the query cancel each other out; change a weight or remove a term");
  }
}

TEST(Combine, ASmallRestIsStillADirection) {
  const Embedding x{1, 0};
  const Embedding y{0, 1};
  EXPECT_THAT(combined({1, -1, 0.001}, {x, x, y}), ElementsAre(0, 1));
  EXPECT_THAT(combined({1, -0.99}, {x, x}), ElementsAre(1, 0));
}

TEST(Templates, EveryTextIsPutIntoEachAndSharesItsWeight) {
  Query query;
  query.terms = {{QueryTerm::Kind::text, "cat", -2}, {QueryTerm::Kind::image_file, "/a.jpg", 1}};
  query.templates = {"a {} here", "{}"};
  const Query filled = apply_templates(query);
  const std::vector<QueryTerm> expected{{QueryTerm::Kind::text, "a cat here", -1},
                                        {QueryTerm::Kind::text, "cat", -1},
                                        {QueryTerm::Kind::image_file, "/a.jpg", 1}};
  EXPECT_EQ(filled.terms, expected);
  query.templates.clear();
  EXPECT_EQ(apply_templates(query), query);
}

TEST(Templates, MustHaveOnePlaceForTheText) {
  for (const char* sentence : {"a photo", "{} and {}"}) {
    Query query;
    query.terms = {{QueryTerm::Kind::text, "cat", 1}};
    query.templates = {sentence};
    EXPECT_EQ(refusal(query), "the template \"" + std::string(sentence) +
                                  "\" has no place for the text, or more than one; write one {}, "
                                  "such as: a photo of a {}");
  }
}

}  // namespace
}  // namespace clipdex::search
