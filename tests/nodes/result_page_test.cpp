#include "nodes/result_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::nodes {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ResultPage, ShowsEachHitByItsLinkWithRankScoreAndPath) {
  const std::vector<Hit> hits{{1, 7, "/photos/dog.jpg", 0.28941}, {2, 8, "/photos/cat.jpg", 0.2}};
  const std::string page = format_result_page("a dog", hits);
  EXPECT_THAT(page, HasSubstr("<img src=\"001_0.2894_dog.jpg\" alt=\"dog.jpg\""));
  EXPECT_THAT(page, HasSubstr("<b>1</b><span class=\"score\">similarity 0.2894</span>"));
  EXPECT_THAT(page, HasSubstr("<p>/photos/cat.jpg</p>"));
  EXPECT_LT(page.find("dog.jpg"), page.find("cat.jpg"));
  EXPECT_THAT(page, HasSubstr("<title>a dog</title>"));
  EXPECT_THAT(page, HasSubstr("2 images, the most similar first"));
}

TEST(ResultPage, WhatComesFromOutsideIsTextAndNeverMarkup) {
  const std::vector<Hit> hits{{1, 7, "/p/<b>&\"'\n\xff.jpg", 0.5}};
  const std::string page = format_result_page("<script>alert('1')</script>", hits);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("/p/&lt;b&gt;&amp;&quot;&#39;\\n\xEF\xBF\xBD.jpg"));
  EXPECT_THAT(page, HasSubstr("src=\"001_0.5000_%3Cb%3E%26%22%27%0A%FF.jpg\""));
}

TEST(ResultPage, AsksNoOtherHostForAnything) {
  const std::string page = format_result_page("x", std::vector<Hit>{{1, 7, "/a.jpg", 0.5}});
  EXPECT_THAT(page, Not(HasSubstr("//")));
}

TEST(ResultPage, ReplacesAPageOfItsOwnAndNoOther) {
  const test::TemporaryDirectory scratch;
  write_result_page(scratch.path(), "first", {});
  write_result_page(scratch.path(), "second", {});
  EXPECT_THAT(content_of(scratch.path() / "index.html"), HasSubstr("second"));
  test::write_text(scratch.path() / "index.html", "<p>mine</p>");
  try {
    write_result_page(scratch.path(), "third", {});
    FAIL() << "nothing was thrown";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::write_failed);
    EXPECT_THAT(error.what(), HasSubstr("index.html is there already and was not made by clipdex"));
  }
  EXPECT_EQ(content_of(scratch.path() / "index.html"), "<p>mine</p>");
}

TEST(ResultPage, ALinkIsNotFollowedOutOfTheFolder) {
  const test::TemporaryDirectory scratch;
  fs::create_directory(scratch.path() / "results");
  fs::create_symlink(scratch.path() / "elsewhere.html", scratch.path() / "results/index.html");
  EXPECT_THROW(write_result_page(scratch.path() / "results", "x", {}), Exception);
  EXPECT_FALSE(fs::exists(scratch.path() / "elsewhere.html"));
}

}  // namespace
}  // namespace clipdex::nodes
