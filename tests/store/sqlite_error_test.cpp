#include "store/sqlite_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Error error_for(int extended_code, int system_errno = 0) {
  return library_error("/data/clip.db", {extended_code, system_errno, "sqlite's words"});
}

TEST(SqliteError, AFullDiskIsSaidHoweverItShows) {
  for (const Error& error :
       {error_for(SQLITE_FULL), error_for(SQLITE_IOERR_WRITE, ENOSPC),
        error_for(SQLITE_IOERR_FSYNC, EDQUOT), error_for(SQLITE_CANTOPEN, ENOSPC)}) {
    EXPECT_EQ(error.code, ErrorCode::disk_full);
    EXPECT_THAT(error.message, AllOf(HasSubstr("/data/clip.db"), HasSubstr("intact"),
                                     HasSubstr("free some space")));
  }
}

TEST(SqliteError, OtherFailuresToWriteAndToReadAreToldApart) {
  EXPECT_EQ(error_for(SQLITE_IOERR_WRITE, EIO).code, ErrorCode::write_failed);
  EXPECT_EQ(error_for(SQLITE_IOERR_READ, EIO).code, ErrorCode::unreadable);
  EXPECT_EQ(error_for(SQLITE_READONLY_DBMOVED).code, ErrorCode::write_failed);
  EXPECT_EQ(error_for(SQLITE_CANTOPEN).code, ErrorCode::unreadable);
  EXPECT_THAT(error_for(SQLITE_READONLY).message, HasSubstr("permissions"));
}

TEST(SqliteError, DamageNamesTheRemedy) {
  EXPECT_EQ(error_for(SQLITE_CORRUPT_VTAB).code, ErrorCode::corrupt);
  EXPECT_THAT(error_for(SQLITE_CORRUPT).message, HasSubstr("'clipdex fsck --repair'"));
  EXPECT_THAT(error_for(SQLITE_ERROR).message,
              AllOf(HasSubstr("sqlite's words"), HasSubstr("fsck")));
  EXPECT_EQ(error_for(SQLITE_NOTADB).code, ErrorCode::corrupt);
  EXPECT_THAT(error_for(SQLITE_NOTADB).message,
              HasSubstr("/data/clip.db is not a clipdex library"));
}

TEST(SqliteError, ALockedFileIsBusy) {
  EXPECT_EQ(error_for(SQLITE_BUSY_RECOVERY).code, ErrorCode::busy);
  EXPECT_THAT(error_for(SQLITE_BUSY).message, HasSubstr("try again"));
}

TEST(SqliteError, WhatOnlyABugCausesIsInternalAndKeepsTheWords) {
  EXPECT_EQ(error_for(SQLITE_CONSTRAINT_FOREIGNKEY).code, ErrorCode::internal);
  EXPECT_THAT(error_for(SQLITE_MISUSE).message,
              AllOf(HasSubstr("sqlite's words"), HasSubstr("21")));
}

}  // namespace
}  // namespace clipdex::store
