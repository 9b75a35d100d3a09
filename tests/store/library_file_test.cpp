#include "store/library_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "store/rows.hpp"
#include "store/schema.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

class LibraryFileTest : public ::testing::Test {
 protected:
  Error error_of_reading() {
    return test::error_of([&] { open_library_for_reading(file_); });
  }
  Error error_of_writing() {
    return test::error_of([&] { open_library_for_writing(file_); });
  }

  /// The error of opening the file for reading as a user who may write neither it nor its folder.
  Error error_of_reading_as_nobody() {
    std::filesystem::permissions(file_, std::filesystem::perms(0444));
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0555));
    const std::filesystem::path answer = answers_.path() / "answer";
    std::filesystem::permissions(answers_.path(), std::filesystem::perms(0777));
    const pid_t child = ::fork();
    if (child == 0) {
      if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(2);
      const Error error = error_of_reading();
      std::ofstream(answer) << error_code_name(error.code) << '\n' << error.message << '\n';
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    std::ifstream stream(answer);
    std::string code;
    Error error;
    std::getline(stream, code);
    std::getline(stream, error.message);
    error.code = error_code_from_name(code);
    return error;
  }

  clipdex::test::TemporaryDirectory directory_;
  clipdex::test::TemporaryDirectory answers_;
  const std::filesystem::path file_ = directory_.path() / "clip.db";
};

TEST_F(LibraryFileTest, AFileThatIsNotThereIsNotFoundForAReaderAndMadeForAWriter) {
  const Error error = error_of_reading();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message,
              HasSubstr("make one with 'clipdex index DIR --library " + file_.native()));
  EXPECT_FALSE(std::filesystem::exists(file_));
  open_library_for_writing(file_);
  open_library_for_reading(file_);
}

TEST_F(LibraryFileTest, AMissingFolderIsSaid) {
  const Error error =
      test::error_of([&] { open_library_for_writing(directory_.path() / "no" / "clip.db"); });
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message,
              HasSubstr("there is no folder " + (directory_.path() / "no").native()));
}

TEST_F(LibraryFileTest, ADirectoryIsSaidToBeOne) {
  for (const auto& call : {open_library_for_reading}) {
    const Error error = test::error_of([&] { call(directory_.path()); });
    EXPECT_EQ(error.code, ErrorCode::unreadable);
    EXPECT_THAT(error.message, AllOf(HasSubstr("is a directory"), HasSubstr(file_.native())));
  }
  EXPECT_EQ(test::error_of([&] { open_library_for_writing(directory_.path()); }).code,
            ErrorCode::unreadable);
}

TEST_F(LibraryFileTest, ANamedPipeDoesNotBlock) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(error_of_reading().message, HasSubstr("is not a regular file"));
  EXPECT_THAT(error_of_writing().message, HasSubstr("is not a regular file"));
}

TEST_F(LibraryFileTest, AFileWithoutAByteIsEmptyForAReaderAndALibraryToBeForAWriter) {
  clipdex::test::write_text(file_, "");
  const Error error = error_of_reading();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr("there is nothing in the library"));
  open_library_for_writing(file_);
  open_library_for_reading(file_);
}

TEST_F(LibraryFileTest, AFileThatIsNoDatabaseIsRefusedAndKept) {
  const std::string text(5000, 'x');
  clipdex::test::write_text(file_, text);
  for (const Error& error : {error_of_reading(), error_of_writing()}) {
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message, HasSubstr(file_.native() + " is not a clipdex library"));
  }
  EXPECT_EQ(std::filesystem::file_size(file_), text.size());
  EXPECT_FALSE(std::filesystem::exists(file_.native() + ".lock"));
}

TEST_F(LibraryFileTest, TheDatabaseOfAnotherProgramIsRefusedAndKept) {
  Connection(file_, Connection::Mode::write).run("CREATE TABLE bookmarks(x)");
  for (const Error& error : {error_of_reading(), error_of_writing()}) {
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message, HasSubstr("another program"));
  }
  EXPECT_FALSE(std::filesystem::exists(file_.native() + ".lock"));
}

TEST_F(LibraryFileTest, AnOldClipDbGetsTheAdviceToImportIt) {
  Connection(file_, Connection::Mode::write)
      .run(
          "CREATE TABLE ClipItems (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, "
          "type BOOLEAN, name TEXT, text TEXT, url TEXT, feature BLOB, extra TEXT)");
  for (const Error& error : {error_of_reading(), error_of_writing()}) {
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_THAT(error.message,
                HasSubstr("'clipdex import " + file_.native() + " --library NEW.db'"));
  }
}

TEST_F(LibraryFileTest, ASecondWriterIsToldWhoWritesAndReadersAreNot) {
  const WritableLibrary writer = open_library_for_writing(file_);
  const Error error = error_of_writing();
  EXPECT_EQ(error.code, ErrorCode::busy);
  EXPECT_THAT(error.message, HasSubstr("being written by process " + std::to_string(::getpid())));
  open_library_for_reading(file_);
}

TEST_F(LibraryFileTest, TheLastOneToCloseLeavesNothingButTheLibraryAndItsLock) {
  { const WritableLibrary writer = open_library_for_writing(file_); }
  { const auto reader = open_library_for_reading(file_); }
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_THAT(entry.path().filename().native(), ::testing::AnyOf("clip.db", "clip.db.lock"));
  }
}

TEST_F(LibraryFileTest, AReaderWithoutTheRightToWriteReadsAClosedLibrary) {
  { const WritableLibrary writer = open_library_for_writing(file_); }
  EXPECT_EQ(error_of_reading_as_nobody().code, ErrorCode::stopped) << "no error was expected";
}

TEST_F(LibraryFileTest, AReaderWithoutTheRightToWriteIsToldWhenChangesWait) {
  clipdex::test::TemporaryDirectory elsewhere;
  const std::filesystem::path live = elsewhere.path() / "clip.db";
  WritableLibrary writer = open_library_for_writing(live);
  writer.connection->run("INSERT INTO properties VALUES ('a', 'b')");
  for (const char* end : {"", "-wal"}) {
    std::filesystem::copy_file(live.native() + end, file_.native() + end);
    std::filesystem::permissions(file_.native() + end, std::filesystem::perms(0444));
  }
  const Error error = error_of_reading_as_nobody();
  if (error.code == ErrorCode::stopped) return;  // This SQLite can replay the WAL in memory.
  EXPECT_THAT(error.message, AllOf(HasSubstr("Changes wait in"), HasSubstr("clipdex status")));
}

}  // namespace
}  // namespace clipdex::store
