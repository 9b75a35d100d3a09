#include "nodes/node_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "dds/graph.hpp"
#include "nodes/fake_encoder.hpp"

namespace clipdex::nodes {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Runs a node in a domain of this process and keeps what it says on stderr.
class RunNode : public testing::Test {
 protected:
  void SetUp() override {
    const std::string domain = std::to_string(test::own_domain().domain_id);
    ::setenv("ROS_DOMAIN_ID", domain.c_str(), 1);
    ::setenv("ROS_LOCALHOST_ONLY", "1", 1);
  }
  void TearDown() override { ::unsetenv("ROS_DOMAIN_ID"); }

  int run(std::vector<std::string> arguments, const std::function<int(NodeProcess&)>& body) {
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStderr();
    const int status = run_node(static_cast<int>(argv.size()), argv.data(), "some_node", body);
    said_ = testing::internal::GetCapturedStderr();
    return status;
  }

  std::string said_;
};

int fail_with(ErrorCode code) { throw Exception(code, "it cannot be"); }

TEST_F(RunNode, TheBodyGetsTheParametersAndGivesTheStatus) {
  const int status =
      run({"--ros-args", "-p", "size:=7", "-r", "__node:=other"}, [](NodeProcess& process) {
        EXPECT_EQ(process.node().name().full(), "/other");
        return static_cast<int>(process.parameters().declare<std::int64_t>("size", 1));
      });
  EXPECT_EQ(status, 7);
  EXPECT_EQ(said_, "");
}

TEST_F(RunNode, AnErrorIsOneLineAndAStatus) {
  const auto status_of = [this](ErrorCode code) {
    return run({}, [code](NodeProcess&) { return fail_with(code); });
  };
  EXPECT_EQ(status_of(ErrorCode::invalid_argument), kWrongUse);
  EXPECT_EQ(status_of(ErrorCode::stopped), kSomeFailedOrStopped);
  EXPECT_EQ(status_of(ErrorCode::not_found), kFailed);
  EXPECT_THAT(said_, testing::MatchesRegex("\\[ERROR\\] \\[[0-9.]+\\] \\[some_node\\]: it cannot "
                                           "be\n"));
}

TEST_F(RunNode, WhatIsNoErrorOfOursIsABug) {
  const int status = run({}, [](NodeProcess&) -> int { throw std::runtime_error("an accident"); });
  EXPECT_EQ(status, kFailed);
  EXPECT_THAT(said_, HasSubstr("this is a bug in clipdex: an accident"));
}

TEST_F(RunNode, WrongArgumentsAreWrongUse) {
  const auto body = [](NodeProcess&) { return kDone; };
  EXPECT_EQ(run({"--ros-args", "-p", "size"}, body), kWrongUse);
  EXPECT_THAT(said_, HasSubstr("'size'"));
  ::setenv("ROS_DOMAIN_ID", "many", 1);
  EXPECT_EQ(run({}, body), kWrongUse);
  EXPECT_THAT(said_, HasSubstr("ROS_DOMAIN_ID is 'many'"));
}

TEST_F(RunNode, WhatNobodyAskedForIsWarnedAbout) {
  run({"image.png", "--ros-args", "-p", "sise:=7", "-p", "use_sim_time:=true"},
      [](NodeProcess& process) {
        process.warn_about_unused_parameters();
        return kDone;
      });
  EXPECT_THAT(said_, HasSubstr("[WARN]"));
  EXPECT_THAT(said_, HasSubstr("'image.png' means nothing to this node"));
  EXPECT_THAT(said_, HasSubstr("this node has no parameter 'sise'"));
  EXPECT_THAT(said_, Not(HasSubstr("use_sim_time")));
}

TEST_F(RunNode, LinesOfTheLibraryReachTheLogOfTheNode) {
  run({}, [](NodeProcess&) {
    log_line(LogLevel::warning, "from below\nand \x1b[31mred");
    log_line(LogLevel::debug, "too small to be said");
    return kDone;
  });
  EXPECT_THAT(said_, HasSubstr("[some_node]: from below\\nand \\x1b[31mred\n"));
  EXPECT_THAT(said_, Not(HasSubstr("too small")));
}

TEST_F(RunNode, TheConsoleCanBeSwitchedOff) {
  run({"--ros-args", "--disable-stdout-logs"}, [](NodeProcess& process) {
    process.logger().error("unheard");
    return kDone;
  });
  EXPECT_EQ(said_, "");
}

TEST_F(RunNode, AStopReachesTheBody) {
  const int status = run({}, [](NodeProcess& process) {
    EXPECT_FALSE(process.stop_requested());
    process.stop().request();
    process.wait_for_stop();
    return process.stop_requested() ? kDone : kFailed;
  });
  EXPECT_EQ(status, kDone);
}

}  // namespace
}  // namespace clipdex::nodes
