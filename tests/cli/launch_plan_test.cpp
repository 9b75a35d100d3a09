#include "cli/launch_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

std::string found(std::string_view package, std::string_view executable) {
  return std::string(package) + "/" + std::string(executable);
}

std::vector<Child> plan(const std::vector<std::string>& arguments) {
  return plan_launch(arguments, found);
}

TEST(LaunchPlan, RunsThreeNodesWithTheManagerLast) {
  const auto nodes = plan({"clip_storage_folder:=/photos"});
  ASSERT_EQ(nodes.size(), 3U);
  EXPECT_EQ(nodes[0].label, "clip_encode_image-1");
  EXPECT_EQ(nodes[1].program, "clip_encode_text/clip_encode_text_node");
  EXPECT_EQ(nodes[2].label, "clip_manage-3");
  EXPECT_THAT(nodes[0].arguments, Contains("feed_type:=1"));
  EXPECT_THAT(nodes[2].arguments,
              AllOf(Contains("mode:=0"), Contains("storage_folder:=\"/photos\""),
                    Contains("db_file:=\"clip.db\"")));
}

TEST(LaunchPlan, OnlyTheEncoderThatTheModeNeedsMayNotEnd) {
  const auto is_needed = [](const std::vector<std::string>& arguments) {
    const auto nodes = plan(arguments);
    return std::pair(nodes[0].is_needed, nodes[1].is_needed);
  };
  EXPECT_EQ(is_needed({"clip_mode:=0"}), std::pair(true, false));
  EXPECT_EQ(is_needed({"clip_mode:=1"}), std::pair(false, true));
  EXPECT_EQ(is_needed({"clip_mode:=1", "clip_image:=/a.jpg"}), std::pair(true, false));
}

TEST(LaunchPlan, TheTextEncoderHasTheImageEncodersModelUnlessItHasItsOwn) {
  EXPECT_THAT(plan({"clip_image_model_file_name:=/m"})[1].arguments,
              Contains("model_file_name:=\"/m\""));
  EXPECT_THAT(
      plan({"clip_image_model_file_name:=/m", "clip_text_model_file_name:=/t"})[1].arguments,
      Contains("model_file_name:=\"/t\""));
}

TEST(LaunchPlan, AQueryIsByTextOrByImage) {
  EXPECT_THAT(plan({"clip_mode:=1"})[2].arguments, Contains("text:=\"a diagram\""));
  EXPECT_THAT(plan({"clip_mode:=1", "clip_image:=/a.jpg"})[2].arguments,
              Contains("image:=\"/a.jpg\""));
}

TEST(LaunchPlan, WhatIsNoArgumentIsNamedBesideThoseThatAre) {
  for (const char* wrong : {"clip_mod:=1", "clip_mode=1", "clip_mode:=2"}) {
    try {
      plan({wrong});
      FAIL() << "nothing was thrown for " << wrong;
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr("clip_mode"));
    }
  }
}

TEST(LaunchPlan, TextsAreQuotedSoThatYamlLeavesThemAlone) {
  EXPECT_EQ(text_parameter("text", "yes"), "text:=\"yes\"");
  EXPECT_EQ(text_parameter("text", "a \"b\" \\ \n图"), "text:=\"a \\\"b\\\" \\\\ \\x0a图\"");
}

TEST(FindNode, LooksBesideTheProgramAndInThePrefixesOfAWorkspace) {
  const test::TemporaryDirectory scratch;
  const auto bin = scratch.path() / "bin";
  const auto workspace = scratch.path() / "workspace";
  ::setenv("AMENT_PREFIX_PATH", ("/nowhere:" + workspace.native()).c_str(), 1);
  try {
    (void)find_node(bin, "clip_manage", "clip_manage");
    FAIL() << "nothing was thrown";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_THAT(error.what(), HasSubstr("the node clip_manage is not installed"));
  }
  const auto sourced = workspace / "lib/clip_manage/clip_manage";
  test::write_text(sourced, "");
  EXPECT_EQ(find_node(bin, "clip_manage", "clip_manage"), sourced.native());
  const auto own = bin / "clip_manage";
  test::write_text(own, "");
  EXPECT_EQ(find_node(bin, "clip_manage", "clip_manage"), own.native());
  ::unsetenv("AMENT_PREFIX_PATH");
}

}  // namespace
}  // namespace clipdex::cli
