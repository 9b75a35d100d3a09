#include "base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/places.hpp"

namespace clipdex {
namespace {

using ::testing::HasSubstr;

TEST(File, ReadsAWholeFileAndItsStamp) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "a", "hello");
  const Result<FileContent> content = read_file(scratch.path() / "a", 100);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content.value().bytes.size(), 5U);
  EXPECT_EQ(content.value().stamp.size_bytes, 5U);
}

TEST(File, AnEmptyFileGivesNoBytes) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "a", "");
  EXPECT_TRUE(read_file(scratch.path() / "a", 100).value().bytes.empty());
  EXPECT_TRUE(MappedFile::open(scratch.path() / "a").value().bytes().empty());
}

TEST(File, AMissingFileIsNotFoundAndNamed) {
  const Result<FileContent> content = read_file("/nowhere/at/all", 100);
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().code, ErrorCode::not_found);
  EXPECT_THAT(content.error().message, HasSubstr("/nowhere/at/all: No such file"));
}

TEST(File, APipeNeverBlocksAndADirectoryIsNoFile) {
  const test::TemporaryDirectory scratch;
  ASSERT_EQ(::mkfifo((scratch.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(read_file(scratch.path() / "pipe", 1).error().message, HasSubstr("is a named pipe"));
  EXPECT_THAT(read_file(scratch.path(), 1).error().message, HasSubstr("is a directory"));
}

TEST(File, ALargerFileThanAllowedIsRefusedWithTheLimit) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "a", "hello");
  const Result<FileContent> content = read_file(scratch.path() / "a", 4);
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().code, ErrorCode::too_large);
  EXPECT_THAT(content.error().message, HasSubstr("the limit of 4 bytes"));
}

TEST(File, AFileIsReplacedAsAWholeOrNotAtAll) {
  const test::TemporaryDirectory scratch;
  const std::string_view text = "new";
  EXPECT_TRUE(write_file_atomically(scratch.path() / "a", std::as_bytes(std::span(text))).ok());
  EXPECT_EQ(read_file(scratch.path() / "a", 10).value().bytes.size(), 3U);
  const Result<std::monostate> refused =
      write_file_atomically(scratch.path() / "no" / "a", std::as_bytes(std::span(text)));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("cannot write"));
}

}  // namespace
}  // namespace clipdex
