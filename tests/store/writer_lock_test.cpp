#include "store/writer_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>

#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WriterLockTest : public ::testing::Test {
 protected:
  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path library_ = directory_.path() / "clip.db";
};

TEST_F(WriterLockTest, ASecondLockNamesTheHolderWithinTheSameProcessToo) {
  const WriterLock first(library_);
  const Error error = test::error_of([&] { WriterLock second(library_); });
  EXPECT_EQ(error.code, ErrorCode::busy);
  EXPECT_THAT(
      error.message,
      AllOf(HasSubstr(library_.native()), HasSubstr("process " + std::to_string(::getpid())),
            HasSubstr("(test_store"), HasSubstr("since 20"), HasSubstr("wait for it or stop it")));
}

TEST_F(WriterLockTest, AReleasedLockCanBeTakenAgainAndTheFileStays) {
  { const WriterLock lock(library_); }
  EXPECT_TRUE(std::filesystem::exists(library_.native() + ".lock"));
  std::optional<WriterLock> again(library_);
  const WriterLock moved = std::move(*again);
  again.reset();
  EXPECT_EQ(test::error_of([&] { WriterLock second(library_); }).code, ErrorCode::busy);
}

TEST_F(WriterLockTest, TwoNamesOfOneLibraryHaveOneLock) {
  clipdex::test::write_text(library_, "");
  const std::filesystem::path link = directory_.path() / "link.db";
  std::filesystem::create_symlink(library_, link);
  const WriterLock lock(link);
  EXPECT_EQ(test::error_of([&] { WriterLock second(library_); }).code, ErrorCode::busy);
}

TEST_F(WriterLockTest, AKilledHolderLetsGo) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const WriterLock lock(library_);
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const Error error = test::error_of([&] { WriterLock second(library_); });
  EXPECT_THAT(error.message, HasSubstr("process " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const WriterLock lock(library_);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(WriterLockTest, AFolderThatCannotBeWrittenIsSaid) {
  const Error error =
      test::error_of([&] { WriterLock lock(directory_.path() / "missing" / "clip.db"); });
  EXPECT_THAT(error.message, HasSubstr("clip.db.lock"));
}

TEST_F(WriterLockTest, AHolderThatLeftNoNameIsStillRespected) {
  const WriterLock lock(library_);
  clipdex::test::write_text(library_.native() + ".lock", "");
  const Error error = test::error_of([&] { WriterLock second(library_); });
  EXPECT_EQ(error.code, ErrorCode::busy);
  EXPECT_THAT(error.message, HasSubstr("is being written by another process"));
}

}  // namespace
}  // namespace clipdex::store
