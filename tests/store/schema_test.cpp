#include "store/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::HasSubstr;

class SchemaTest : public ::testing::Test {
 protected:
  clipdex::test::TemporaryDirectory directory_;
  Connection connection_{directory_.path() / "s.db", Connection::Mode::write};

  std::string text_of(const char* sql) {
    Query row(connection_, sql);
    return row.step() ? std::string(row.text(0)) : "";
  }
};

TEST_F(SchemaTest, ANewFileGetsThePresentFormatAndTheSettingsThatCannotChangeLater) {
  EXPECT_EQ(recognise(connection_), FileKind::empty);
  migrate(connection_);
  EXPECT_EQ(recognise(connection_), FileKind::library);
  EXPECT_EQ(text_of("PRAGMA user_version"), std::to_string(kSchemaVersion));
  EXPECT_EQ(text_of("PRAGMA page_size"), "16384");
  EXPECT_EQ(text_of("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(text_of("PRAGMA encoding"), "UTF-8");
  for (const DerivedObject& object : derived_objects()) {
    EXPECT_EQ(Query(connection_, "SELECT count(*) FROM sqlite_schema WHERE type = ? AND name = ?",
                    object.type, object.name)
                  .only_integer(),
              1)
        << object.name;
  }
}

TEST_F(SchemaTest, MigratingAPresentFileChangesNothing) {
  migrate(connection_);
  const std::string before = text_of("PRAGMA schema_version");
  migrate(connection_);
  EXPECT_EQ(text_of("PRAGMA schema_version"), before);
}

TEST_F(SchemaTest, AFileThatWasKilledBeforeItsFirstTransactionIsStillEmpty) {
  connection_.run("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL");
  EXPECT_EQ(recognise(connection_), FileKind::empty);
  migrate(connection_);
  require_readable(connection_);
}

TEST_F(SchemaTest, ANewerFormatIsRefused) {
  migrate(connection_);
  connection_.run("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1));
  for (const auto& call : {require_readable, require_writable_kind, migrate}) {
    const Error error = test::error_of([&] { call(connection_); });
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_THAT(error.message,
                HasSubstr("newer clipdex (format 4; this one knows 3); update clipdex"));
  }
}

TEST_F(SchemaTest, AnOlderFormatIsReadOnlyAfterItWasBroughtUpToDate) {
  migrate(connection_);
  connection_.run("PRAGMA user_version = 0");
  const Error error = test::error_of([&] { require_readable(connection_); });
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message,
              HasSubstr("older clipdex; bring it up to date with 'clipdex fsck --repair"));
}

TEST_F(SchemaTest, TheFirstFormatIsReadAsItIsAndGetsItsTablesFromAWriter) {
  migrate(connection_);
  EXPECT_TRUE(remembers_queries(connection_));
  connection_.run(
      "DROP TABLE query_vectors; DROP TABLE score_backgrounds; PRAGMA user_version = 1;"
      "INSERT INTO properties(key, value) VALUES ('mark', 'kept')");
  require_readable(connection_);
  EXPECT_FALSE(remembers_queries(connection_));
  EXPECT_FALSE(has_score_backgrounds(connection_));
  migrate(connection_);
  EXPECT_TRUE(remembers_queries(connection_));
  EXPECT_TRUE(has_score_backgrounds(connection_));
  EXPECT_EQ(text_of("PRAGMA user_version"), std::to_string(kSchemaVersion));
  EXPECT_EQ(text_of("SELECT value FROM properties WHERE key = 'mark'"), "kept");
  EXPECT_EQ(text_of("SELECT count(*) FROM query_vectors"), "0");
}

TEST_F(SchemaTest, AFailedStepOfMigrationLeavesTheFileAsItWas) {
  connection_.run(
      "PRAGMA application_id = 1131168888; PRAGMA user_version = 0; CREATE TABLE images(x)");
  EXPECT_EQ(recognise(connection_), FileKind::library);
  EXPECT_EQ(test::error_of([&] { migrate(connection_); }).code, ErrorCode::corrupt);
  EXPECT_EQ(text_of("SELECT group_concat(name) FROM sqlite_schema"), "images");
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(SchemaTest, AMissingTableIsDamage) {
  migrate(connection_);
  connection_.run("DROP VIEW ClipItems; DROP TABLE embeddings");
  const Error error = test::error_of([&] { require_readable(connection_); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("lacks tables"));
}

TEST_F(SchemaTest, AViewInThePlaceOfATableIsDamage) {
  migrate(connection_);
  connection_.run("DROP VIEW ClipItems; DROP TABLE embeddings; CREATE VIEW embeddings AS SELECT 1");
  EXPECT_EQ(test::error_of([&] { require_readable(connection_); }).code, ErrorCode::corrupt);
}

TEST_F(SchemaTest, FilesOfOthersAreRecognised) {
  connection_.run("CREATE TABLE ClipItems(id INTEGER PRIMARY KEY)");
  EXPECT_EQ(recognise(connection_), FileKind::togetheros);
  EXPECT_THAT(test::error_of([&] { migrate(connection_); }).message, HasSubstr("'clipdex import "));
  connection_.run("DROP TABLE ClipItems; CREATE TABLE bookmarks(x)");
  EXPECT_EQ(recognise(connection_), FileKind::foreign);
  EXPECT_THAT(test::error_of([&] { migrate(connection_); }).message, HasSubstr("another program"));
}

}  // namespace
}  // namespace clipdex::store
