#include "dds/parameter_file.hpp"

#include <gtest/gtest.h>

#include "support/places.hpp"

namespace clipdex::dds {
namespace {

/// "NODE NAME" of every override, in order.
std::vector<std::string> names_in(const std::string& yaml) {
  std::vector<std::string> names;
  for (const ParameterOverride& one : parse_parameter_file(yaml, "f.yaml").value_or_throw()) {
    names.push_back(one.node + " " + one.name);
  }
  return names;
}

std::string refusal(const std::string& yaml) {
  const auto overrides = parse_parameter_file(yaml, "f.yaml");
  if (overrides) return "it was taken";
  EXPECT_EQ(overrides.error().code, ErrorCode::corrupt);
  return overrides.error().message;
}

using Names = std::vector<std::string>;

TEST(ParameterFile, HoldsParametersOfSeveralNodes) {
  const auto overrides = parse_parameter_file(
                             "clip_manage:\n"
                             "  ros__parameters:\n"
                             "    mode: 1\n"
                             "    text: a dog\n"
                             "/robot/eye:\n"
                             "  ros__parameters:\n"
                             "    rates: [0.5, 1.0]\n",
                             "f.yaml")
                             .value_or_throw();
  ASSERT_EQ(overrides.size(), 3U);
  EXPECT_EQ(overrides[0].node, "/clip_manage");
  EXPECT_EQ(overrides[0].name, "mode");
  EXPECT_EQ(overrides[0].value, ParameterValue(std::int64_t{1}));
  EXPECT_EQ(overrides[1].node, "/clip_manage");
  EXPECT_EQ(overrides[1].value, ParameterValue(std::string("a dog")));
  EXPECT_EQ(overrides[2].node, "/robot/eye");
  EXPECT_EQ(overrides[2].name, "rates");
  EXPECT_EQ(overrides[2].value, ParameterValue(std::vector<double>{0.5, 1}));
}

TEST(ParameterFile, NestedNamesAreJoinedByDots) {
  EXPECT_EQ(names_in("n:\n  ros__parameters:\n    a:\n      b.c: 1\n      d: {e: 2}\n    f: 3\n"),
            (Names{"/n a.b.c", "/n a.d.e", "/n f"}));
}

TEST(ParameterFile, ANodesNameMayBeSplitOverLevels) {
  EXPECT_EQ(
      names_in("/a:\n  b/c:\n    ros__parameters: {x: 1}\n  d:\n    ros__parameters: {y: 2}\n"),
      (Names{"/a/b/c x", "/a/d y"}));
}

TEST(ParameterFile, WildcardsStandForNodeNames) {
  EXPECT_EQ(names_in("/**:\n  ros__parameters: {x: 1}\n"
                     "/*/eye:\n  ros__parameters: {y: 1}\n"
                     "/**/eye:\n  ros__parameters: {z: 1}\n"),
            (Names{"/** x", "/*/eye y", "/**/eye z"}));
}

TEST(ParameterFile, AnEmptyFileHasNoParameters) {
  EXPECT_EQ(names_in(""), Names());
  EXPECT_EQ(names_in("# nothing\n"), Names());
  EXPECT_EQ(names_in("n:\n  ros__parameters:\n"), Names());
}

TEST(ParameterFile, AnchorsMayBeUsed) {
  EXPECT_EQ(names_in("a: &all\n  ros__parameters: {x: 1}\nb: *all\n"), (Names{"/a x", "/b x"}));
}

TEST(ParameterFile, ErrorsNameTheFileAndTheLine) {
  EXPECT_EQ(refusal("n:\n  ros__parameters:\n    x: [1, a]\n"),
            "f.yaml, line 3: the parameter 'x' is a list of integer and string values; one list "
            "holds one type");
  EXPECT_EQ(refusal("n:\n  ros__parameters:\n    y: 1\n    x:\n"),
            "f.yaml, line 4: the parameter 'x' is empty; write '' for an empty string");
  EXPECT_EQ(refusal("ros__parameters:\n  x: 1\n"),
            "f.yaml, line 1: ros__parameters must stand below a node's name");
  EXPECT_EQ(refusal("n:\n  x: 1\n"),
            "f.yaml, line 2: expected a map of node names that leads to ros__parameters");
  EXPECT_EQ(refusal("just text"),
            "f.yaml, line 1: expected a map of node names that leads to ros__parameters");
  EXPECT_EQ(refusal("n:\n  ros__parameters: 5\n"), "f.yaml, line 2: expected a map of parameters");
  EXPECT_EQ(refusal("\nmy-node:\n  ros__parameters: {x: 1}\n"),
            "f.yaml, line 2: 'my-node' is no name of a node");
  EXPECT_EQ(refusal("/a/eye*:\n  ros__parameters: {x: 1}\n"),
            "f.yaml, line 1: '/a/eye*' is no name of a node");
  EXPECT_EQ(refusal("n:\n  ros__parameters:\n    [a]: 1\n"),
            "f.yaml, line 3: a name must be plain text");
  EXPECT_EQ(refusal("n:\n  ros__parameters: {x: 1\n"),
            "f.yaml, line 3: no YAML: end of map flow not found");
}

TEST(ParameterFile, ATreeThatHoldsItselfIsRefused) {
  const std::string limits = "the file holds too much; at most 10000 names in 32 levels are read";
  EXPECT_EQ(refusal("n: &n\n  m: *n\n"), "f.yaml, line 2: " + limits);
  EXPECT_EQ(refusal("n:\n  ros__parameters: &p\n    q: *p\n"), "f.yaml, line 3: " + limits);
}

TEST(ParameterFile, AliasesThatMultiplyAreRefused) {
  std::string yaml = "a0: &a0 {ros__parameters: {x: 1}}\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    yaml += name + ": &" + name + " {l: " + before + " , r: " + before + " }\n";
  }
  EXPECT_TRUE(refusal(yaml).ends_with("at most 10000 names in 32 levels are read"));
}

TEST(ParameterFile, IsReadFromTheDisk) {
  const test::TemporaryDirectory directory;
  const std::string file = directory.path() / "p.yaml";
  test::write_text(file, "n:\n  ros__parameters: {x: 1}\n");
  EXPECT_EQ(read_parameter_file(file).value_or_throw().size(), 1U);
}

TEST(ParameterFile, AFileThatCannotBeReadIsNamed) {
  const test::TemporaryDirectory directory;
  const std::string missing = directory.path() / "none.yaml";
  const auto absent = read_parameter_file(missing);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
  EXPECT_EQ(absent.error().message, "cannot open " + missing + ": No such file or directory");

  const std::string large = directory.path() / "large.yaml";
  test::write_text(large, std::string(kParameterFileBytesMax + 1, '#'));
  const auto refused = read_parameter_file(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace clipdex::dds
