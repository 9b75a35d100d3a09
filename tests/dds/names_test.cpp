#include "dds/names.hpp"

#include <gtest/gtest.h>

namespace clipdex::dds {
namespace {

const NodeName kRootNode{"/", "clip"};
const NodeName kRobotNode{"/robot/arm", "clip"};

std::string resolved(std::string_view name, const NodeName& node,
                     const std::vector<RemapRule>& rules = {}) {
  return resolve_name(name, node, rules).value_or_throw();
}

std::string refusal(std::string_view name, const std::vector<RemapRule>& rules = {}) {
  const Result<std::string> result = resolve_name(name, kRootNode, rules);
  if (result) return "";
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  return result.error().message;
}

TEST(ResolveName, RelativeNamesLieInTheNamespaceOfTheNode) {
  EXPECT_EQ(resolved("image", kRootNode), "/image");
  EXPECT_EQ(resolved("a/image", kRobotNode), "/robot/arm/a/image");
}

TEST(ResolveName, AbsoluteNamesStay) { EXPECT_EQ(resolved("/a/b", kRobotNode), "/a/b"); }

TEST(ResolveName, ATildeStandsForTheNode) {
  EXPECT_EQ(resolved("~/get", kRootNode), "/clip/get");
  EXPECT_EQ(resolved("~", kRobotNode), "/robot/arm/clip");
}

TEST(ResolveName, HiddenNamesAreValid) {
  EXPECT_EQ(resolved("clip/_action/status", kRootNode), "/clip/_action/status");
}

TEST(ResolveName, TheFirstRuleThatNamesItApplies) {
  EXPECT_EQ(resolved("a", kRootNode, {{"", "b", "c"}, {"", "a", "d"}, {"", "a", "e"}}), "/d");
}

TEST(ResolveName, WhatARuleGaveIsNotRemappedAgain) {
  EXPECT_EQ(resolved("a", kRootNode, {{"", "a", "b"}, {"", "b", "c"}}), "/b");
}

TEST(ResolveName, BothSidesOfARuleAreResolvedForTheNode) {
  EXPECT_EQ(resolved("/robot/arm/a", kRobotNode, {{"", "a", "~/b"}}), "/robot/arm/clip/b");
  EXPECT_EQ(resolved("a", kRobotNode, {{"", "/robot/arm/a", "/b"}}), "/b");
  EXPECT_EQ(resolved("a", kRobotNode, {{"", "/a", "/b"}}), "/robot/arm/a");
}

TEST(ResolveName, ARuleForAnotherNodeDoesNotApply) {
  EXPECT_EQ(resolved("a", kRootNode, {{"other", "a", "b"}, {"clip", "a", "c"}}), "/c");
}

TEST(ResolveName, RulesForTheNodeItselfDoNotTouchTopics) {
  EXPECT_EQ(resolved("__ns", kRootNode, {{"", "__ns", "/x"}}), "/__ns");
}

TEST(ResolveName, ErrorsNameTheNameAndTheFault) {
  const std::string what = " is no valid name of a topic, service or action: ";
  EXPECT_EQ(refusal(""), "''" + what + "it is empty");
  EXPECT_EQ(refusal("a//b"), "'a//b'" + what + "a part of it is empty");
  EXPECT_EQ(refusal("a/"), "'a/'" + what + "a part of it is empty");
  EXPECT_EQ(refusal("/"), "'/'" + what + "a part of it is empty");
  EXPECT_EQ(refusal("a/2b"), "'a/2b'" + what + "a part of it begins with a digit");
  const std::string other = "it holds something else than letters, digits and underscores";
  EXPECT_EQ(refusal("a b"), "'a b'" + what + other);
  EXPECT_EQ(refusal("~a"), "'~a'" + what + other);
  EXPECT_EQ(refusal("\xC3\xA9"), "'\xC3\xA9'" + what + other);
  EXPECT_EQ(refusal("a", {{"", "a", "b-c"}}), "'b-c'" + what + other);
}

TEST(ResolveName, ANameMustFitIntoADdsTopic) {
  EXPECT_EQ(refusal(std::string(246, 'a')), "");
  const std::string name(247, 'a');
  EXPECT_EQ(refusal(name), "'/" + name + "' is no valid name of a topic, service or action: " +
                               "it is longer than 247 bytes");
}

std::string node_of(std::string_view node_namespace, const std::vector<RemapRule>& rules = {}) {
  const Result<NodeName> node = resolve_node_name("clip", node_namespace, rules);
  return node ? node.value().full() : node.error().message;
}

TEST(ResolveNodeName, WithoutRulesItIsWhatTheProgramSays) {
  EXPECT_EQ(node_of("/"), "/clip");
  EXPECT_EQ(node_of("/a/b"), "/a/b/clip");
}

TEST(ResolveNodeName, ANamespaceGetsItsFirstSlash) {
  EXPECT_EQ(node_of("a"), "/a/clip");
  EXPECT_EQ(node_of(""), "/clip");
}

TEST(ResolveNodeName, RulesChangeNameAndNamespace) {
  EXPECT_EQ(node_of("/", {{"", "__ns", "/robot"}, {"", "__node", "eye"}}), "/robot/eye");
  EXPECT_EQ(node_of("/", {{"", "__name", "eye"}, {"", "__node", "ear"}}), "/eye");
  EXPECT_EQ(node_of("/a", {{"", "__ns", "/"}}), "/clip");
}

TEST(ResolveNodeName, RulesForAnotherNodeDoNotApply) {
  EXPECT_EQ(node_of("/", {{"other", "__node", "eye"}, {"other", "__ns", "/x"}}), "/clip");
}

TEST(ResolveNodeName, ARuleForTheNamespaceNamesTheNodeByItsNewName) {
  const RemapRule renames{"clip", "__node", "eye"};
  EXPECT_EQ(node_of("/", {renames, {"eye", "__ns", "/x"}}), "/x/eye");
  EXPECT_EQ(node_of("/", {renames, {"clip", "__ns", "/x"}}), "/eye");
}

TEST(ResolveNodeName, ErrorsNameWhatIsInvalid) {
  EXPECT_EQ(node_of("/", {{"", "__node", "2eyes"}}),
            "'2eyes' is no valid name of a node: a part of it begins with a digit");
  EXPECT_EQ(node_of("/", {{"", "__node", "a/b"}}),
            "'a/b' is no valid name of a node: it holds something else than letters, digits and "
            "underscores");
  EXPECT_EQ(node_of("/", {{"", "__node", ""}}), "'' is no valid name of a node: it is empty");
  EXPECT_EQ(node_of("/a/"), "'/a/' is no valid namespace of a node: a part of it is empty");
  EXPECT_EQ(node_of("/", {{"", "__ns", "a"}}),
            "'a' is no valid namespace of a node: it does not begin with a slash");
  const std::string longest(256, 'a');
  EXPECT_EQ(node_of("/", {{"", "__node", longest}}),
            "'" + longest + "' is no valid name of a node: it is longer than 255 bytes");
  EXPECT_EQ(node_of(longest),
            "'/" + longest + "' is no valid namespace of a node: it is longer than 245 bytes");
}

TEST(NodeNameMatches, OnlyTheSameNameWithoutWildcards) {
  EXPECT_TRUE(node_name_matches("/a/clip", "/a/clip"));
  EXPECT_TRUE(node_name_matches("clip", "/clip"));
  EXPECT_FALSE(node_name_matches("/clip", "/a/clip"));
  EXPECT_FALSE(node_name_matches("/a", "/a/clip"));
  EXPECT_FALSE(node_name_matches("/clip", "/clip2"));
}

TEST(NodeNameMatches, AStarIsOnePart) {
  EXPECT_TRUE(node_name_matches("/*", "/clip"));
  EXPECT_TRUE(node_name_matches("/*/clip", "/a/clip"));
  EXPECT_FALSE(node_name_matches("/*", "/a/clip"));
  EXPECT_FALSE(node_name_matches("/*/clip", "/clip"));
}

TEST(NodeNameMatches, TwoStarsAreAnyNumberOfParts) {
  EXPECT_TRUE(node_name_matches("/**", "/clip"));
  EXPECT_TRUE(node_name_matches("/**", "/a/b/clip"));
  EXPECT_TRUE(node_name_matches("/**/clip", "/clip"));
  EXPECT_TRUE(node_name_matches("/**/clip", "/a/clip/clip"));
  EXPECT_TRUE(node_name_matches("/a/**/c/**/e", "/a/b/c/c/d/e"));
  EXPECT_TRUE(node_name_matches("/clip/**", "/clip"));
  EXPECT_FALSE(node_name_matches("/**/clip", "/clip/a"));
  EXPECT_FALSE(node_name_matches("/a/**/c/**/e", "/a/b/c/d"));
}

TEST(NamesInDds, HaveTheirPrefixesAndSuffixes) {
  EXPECT_EQ(topic_in_dds("/a/b"), "rt/a/b");
  EXPECT_EQ(request_in_dds("/a/get"), "rq/a/getRequest");
  EXPECT_EQ(reply_in_dds("/a/get"), "rr/a/getReply");
}

}  // namespace
}  // namespace clipdex::dds
