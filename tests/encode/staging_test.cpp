#include "encode/staging.hpp"

#include <gmock/gmock.h>

#include "clipdex/error.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class StagingPlace : public ::testing::Test {
 protected:
  /// A directory with one file, ready to be moved.
  static fs::path made(Staging& staging, const std::string& text) {
    const fs::path directory = staging.new_directory();
    test::write_text(directory / "file", text);
    return directory;
  }

  test::TemporaryDirectory directory_;
  const fs::path root_ = directory_.path() / "optimized";
};

TEST_F(StagingPlace, LeavesNothingWhereNothingWasFinished) {
  {
    Staging staging(directory_.path());
    test::write_text(staging.scratch() / "candidate.onnx", "x");
    made(staging, "half");
  }
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(StagingPlace, AFinishedDirectoryTakesThePlaceOfAnOlderOne) {
  for (const char* text : {"first", "second"}) {
    Staging staging(directory_.path());
    staging.move_into_place(made(staging, text), root_ / "int8");
    EXPECT_EQ(test::read_text(root_ / "int8/file"), text);
  }
  EXPECT_EQ(test::read_text(root_ / "int8/file"), "second");
  EXPECT_FALSE(fs::exists(root_ / ".writing"));
}

TEST_F(StagingPlace, WhatAKilledProcessLeftGoesAway) {
  test::write_text(root_ / ".writing/scratch/probe.onnx", "left");
  test::write_text(root_ / "int8/file", "kept");
  const Staging staging(directory_.path());
  EXPECT_FALSE(fs::exists(staging.scratch() / "probe.onnx"));
  EXPECT_EQ(test::read_text(root_ / "int8/file"), "kept");
}

TEST_F(StagingPlace, OnlyOneProcessAtATimeHasIt) {
  const Staging first(directory_.path());
  try {
    const Staging second(directory_.path());
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::busy);
    EXPECT_EQ(
        std::string(exception.what()),
        "another process optimises " + directory_.path().native() + "; wait until it is done");
  }
  EXPECT_TRUE(fs::exists(first.scratch())) << "the first one must not lose its files";
}

TEST_F(StagingPlace, SaysThatThePackageCannotBeWrittenTo) {
  test::write_text(root_, "a file is in the way");
  EXPECT_THROW(Staging(directory_.path()), Exception);
  try {
    const Staging staging(directory_.path() / "missing");
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_THAT(exception.what(), HasSubstr("cannot write " + directory_.path().native()));
  }
}

}  // namespace
}  // namespace clipdex::encode
