#include "dds/arguments.hpp"

#include <gtest/gtest.h>

#include "support/places.hpp"

namespace clipdex::dds {
namespace {

using Words = std::vector<std::string>;

RosArguments parsed(const Words& words) { return parse_ros_arguments(words).value_or_throw(); }

/// As `parsed`, after `--ros-args`.
RosArguments ros(Words words) {
  words.insert(words.begin(), "--ros-args");
  return parsed(words);
}

std::string refusal(Words words) {
  words.insert(words.begin(), "--ros-args");
  const auto arguments = parse_ros_arguments(words);
  if (arguments) return "they were taken";
  EXPECT_EQ(arguments.error().code, ErrorCode::invalid_argument);
  return arguments.error().message;
}

ParameterValue integer(std::int64_t value) { return value; }

TEST(RosArguments, WithoutTheFlagNothingIsForRos) {
  const RosArguments arguments = parsed({"-p", "a:=1", "--", "x"});
  EXPECT_EQ(arguments.others, (Words{"-p", "a:=1", "--", "x"}));
  EXPECT_TRUE(arguments.overrides.empty());
}

TEST(RosArguments, StandBetweenTheFlagAndTwoDashesAsOftenAsTheyCome) {
  const RosArguments arguments = parsed({"one", "--ros-args", "-p", "a:=1", "--", "two",
                                         "--ros-args", "-p", "b:=2", "--ros-args", "-p", "c:=3"});
  EXPECT_EQ(arguments.others, (Words{"one", "two"}));
  ASSERT_EQ(arguments.overrides.size(), 3U);
  EXPECT_EQ(arguments.overrides[0].name, "a");
  EXPECT_EQ(arguments.overrides[1].name, "b");
  EXPECT_EQ(arguments.overrides[2].name, "c");
}

TEST(RosArguments, TheFlagAloneSaysNothing) {
  const RosArguments arguments = ros({});
  EXPECT_TRUE(arguments.others.empty());
  EXPECT_FALSE(arguments.log_level);
  EXPECT_TRUE(arguments.rosout_logs);
  EXPECT_TRUE(arguments.stdout_logs);
}

TEST(RosArguments, AParameterIsForEveryNodeOrForOne) {
  const RosArguments arguments = ros({"-p", "a:=1", "--param", "clip:b.c:=x:=y"});
  EXPECT_EQ(arguments.parameters_of("/other"),
            (std::map<std::string, ParameterValue>{{"a", integer(1)}}));
  const std::map<std::string, ParameterValue> both = {{"a", integer(1)},
                                                      {"b.c", std::string("x:=y")}};
  EXPECT_EQ(arguments.parameters_of("/clip"), both);
  EXPECT_EQ(arguments.parameters_of("/robot/clip"), both);
}

TEST(RosArguments, AParameterMayBeAnEmptyText) {
  EXPECT_EQ(ros({"-p", "text:="}).overrides.at(0).value, ParameterValue(std::string()));
}

TEST(RosArguments, TheLastOverrideWinsWhereverItComesFrom) {
  const test::TemporaryDirectory directory;
  const std::string file = directory.path() / "p.yaml";
  test::write_text(file, "/clip:\n  ros__parameters: {a: 2}\n");
  const auto a_of = [](const RosArguments& arguments) {
    return arguments.parameters_of("/clip").at("a");
  };
  EXPECT_EQ(a_of(ros({"-p", "a:=1", "--params-file", file})), integer(2));
  EXPECT_EQ(a_of(ros({"--params-file", file, "-p", "a:=1"})), integer(1));
  EXPECT_EQ(a_of(ros({"-p", "a:=1", "-p", "a:=3"})), integer(3));
}

TEST(RosArguments, RulesAreKeptInOrder) {
  const RosArguments arguments = ros(
      {"-r", "a:=b", "--remap", "clip:~/c:=/d", "-r", "__ns:=/robot", "-r", "clip:__node:=eye"});
  ASSERT_EQ(arguments.remaps.size(), 4U);
  EXPECT_EQ(arguments.remaps[0].node, "");
  EXPECT_EQ(arguments.remaps[0].from, "a");
  EXPECT_EQ(arguments.remaps[0].to, "b");
  EXPECT_EQ(arguments.remaps[1].node, "clip");
  EXPECT_EQ(arguments.remaps[1].from, "~/c");
  EXPECT_EQ(arguments.remaps[1].to, "/d");
  EXPECT_EQ(arguments.remaps[2].from, "__ns");
  EXPECT_EQ(arguments.remaps[3].node, "clip");
  EXPECT_EQ(arguments.remaps[3].from, "__node");
  EXPECT_EQ(arguments.remaps[3].to, "eye");
}

TEST(RosArguments, TheLevelOfAllLoggersAndOfSingleOnes) {
  const RosArguments arguments =
      ros({"--log-level", "WARN", "--log-level", "a.b:=Debug", "--log-level", "c:=fatal"});
  EXPECT_EQ(arguments.log_level, LogSeverity::warn);
  EXPECT_EQ(arguments.level_of("a.b"), LogSeverity::debug);
  EXPECT_EQ(arguments.level_of("a.b.x"), LogSeverity::debug);
  EXPECT_EQ(arguments.level_of("a"), LogSeverity::warn);
  EXPECT_EQ(arguments.level_of("a.bc"), LogSeverity::warn);
  EXPECT_EQ(arguments.level_of("c"), LogSeverity::fatal);
}

TEST(RosArguments, WithoutALevelItIsInfo) { EXPECT_EQ(ros({}).level_of("a"), LogSeverity::info); }

TEST(RosArguments, EveryLevelHasItsName) {
  EXPECT_EQ(ros({"--log-level", "debug"}).log_level, LogSeverity::debug);
  EXPECT_EQ(ros({"--log-level", "info"}).log_level, LogSeverity::info);
  EXPECT_EQ(ros({"--log-level", "error"}).log_level, LogSeverity::error);
}

TEST(RosArguments, LogsAreSwitched) {
  const RosArguments off = ros({"--disable-rosout-logs", "--disable-stdout-logs"});
  EXPECT_FALSE(off.rosout_logs);
  EXPECT_FALSE(off.stdout_logs);
  const RosArguments again = ros({"--disable-rosout-logs", "--enable-rosout-logs"});
  EXPECT_TRUE(again.rosout_logs);
  EXPECT_TRUE(again.stdout_logs);
}

TEST(RosArguments, WhatChangesNothingIsAccepted) {
  const RosArguments arguments =
      ros({"-e", "/a", "--enclave", "/b", "--log-config-file", "none.ini",
           "--enable-external-lib-logs", "--disable-external-lib-logs"});
  EXPECT_TRUE(arguments.others.empty());
  EXPECT_TRUE(arguments.overrides.empty());
}

TEST(RosArguments, AnUnknownArgumentIsRefused) {
  const std::string known =
      " is unknown; known are -p, -r, --params-file, --log-level, --enclave, --enable-… and "
      "--disable-…, and -- ends the ROS arguments";
  EXPECT_EQ(refusal({"--parm", "a:=1"}), "the ROS argument '--parm'" + known);
  EXPECT_EQ(refusal({"a:=b"}), "the ROS argument 'a:=b'" + known);
  EXPECT_EQ(refusal({"--enable-logs"}), "the ROS argument '--enable-logs'" + known);
  EXPECT_EQ(refusal({"--disable-"}), "the ROS argument '--disable-'" + known);
}

TEST(RosArguments, AFlagWithoutItsValueIsRefused) {
  EXPECT_EQ(refusal({"-p"}), "-p must be followed by [NODE:]NAME:=VALUE");
  EXPECT_EQ(refusal({"--remap"}), "--remap must be followed by [NODE:]FROM:=TO");
  EXPECT_EQ(refusal({"--params-file"}), "--params-file must be followed by FILE");
  EXPECT_EQ(refusal({"--log-level"}), "--log-level must be followed by [LOGGER:=]LEVEL");
  EXPECT_EQ(refusal({"-e"}), "-e must be followed by NAME");
}

TEST(RosArguments, AParameterOfAnotherFormIsRefused) {
  const std::string form = " is not of the form [NODE:]NAME:=VALUE";
  for (const std::string word : {"a=1", ":=1", ":a:=1", "my-node:a:=1", "clip::=1"}) {
    EXPECT_EQ(refusal({"-p", word}), "the parameter '" + word + "'" + form);
  }
  EXPECT_EQ(refusal({"-p", "a:=[1, b]"}),
            "the parameter 'a:=[1, b]': '[1, b]' is a list of integer and string values; one list "
            "holds one type (text can stand in quotes)");
}

TEST(RosArguments, ARemappingOfAnotherFormIsRefused) {
  for (const std::string word : {"a=b", ":=b", "a:b", "my-node:a:=b"}) {
    EXPECT_EQ(refusal({"-r", word}),
              "the remapping '" + word + "' is not of the form [NODE:]FROM:=TO");
  }
  const auto invalid = [](const std::string& rule, const std::string& rest) {
    EXPECT_EQ(refusal({"-r", rule}), "the remapping '" + rule + "' has the invalid name " + rest);
  };
  invalid("a//b:=c", "'a//b': a part of it is empty");
  invalid("a:=", "'': it is empty");
  invalid("a:=2b", "'2b': a part of it begins with a digit");
  invalid("__ns:=robot", "'robot': it does not begin with a slash");
  invalid("__node:=a/b", "'a/b': it holds something else than letters, digits and underscores");
  invalid("__name:=", "'': it is empty");
}

TEST(RosArguments, ALogLevelOfAnotherFormIsRefused) {
  for (const std::string word : {"loud", "", "a:=loud", ":=info", "a=info"}) {
    EXPECT_EQ(refusal({"--log-level", word}),
              "the log level '" + word +
                  "' is not of the form [LOGGER:=]LEVEL with debug, info, warn, error or fatal");
  }
}

TEST(RosArguments, AParameterFileThatIsNotThereIsNamed) {
  const test::TemporaryDirectory directory;
  const std::string file = directory.path() / "none.yaml";
  const auto arguments = parse_ros_arguments(Words{"--ros-args", "--params-file", file});
  ASSERT_FALSE(arguments);
  EXPECT_EQ(arguments.error().code, ErrorCode::not_found);
  EXPECT_EQ(arguments.error().message, "cannot open " + file + ": No such file or directory");
}

}  // namespace
}  // namespace clipdex::dds
