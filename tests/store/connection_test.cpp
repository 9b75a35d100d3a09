#include "store/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::ElementsAre;

class ConnectionTest : public ::testing::Test {
 protected:
  clipdex::test::TemporaryDirectory directory_;
  Connection connection_{directory_.path() / "c.db", Connection::Mode::write};
};

TEST_F(ConnectionTest, EveryKindOfValueComesBackAsItWentIn) {
  const std::string bytes("\x00\xff\n'", 4);
  Query row(connection_, "SELECT ?, ?, ?, ?, ?, ?", std::int64_t{-5}, std::string_view("a\xff'%\n"),
            std::as_bytes(std::span(bytes)), nullptr, std::optional<std::int64_t>(), true);
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), -5);
  EXPECT_EQ(row.text(1), "a\xff'%\n");
  EXPECT_TRUE(std::ranges::equal(row.blob(2), std::as_bytes(std::span(bytes))));
  EXPECT_TRUE(row.is_null(3));
  EXPECT_EQ(row.optional_integer(4), std::nullopt);
  EXPECT_EQ(row.optional_integer(5), 1);
  EXPECT_FALSE(row.step());
}

TEST_F(ConnectionTest, AStatementMayBeUsedWhileItsOwnAnswerIsRead) {
  connection_.run("CREATE TABLE t(x); INSERT INTO t VALUES (1), (2), (3)");
  const auto values = [&](const auto& on_each) {
    Query rows(connection_, "SELECT x FROM t ORDER BY x");
    while (rows.step()) on_each(rows.integer(0));
  };
  std::vector<std::int64_t> seen;
  values([&](std::int64_t outer) {
    values([&](std::int64_t inner) { seen.push_back(outer * 10 + inner); });
  });
  EXPECT_THAT(seen, ElementsAre(11, 12, 13, 21, 22, 23, 31, 32, 33));
}

TEST_F(ConnectionTest, BoundValuesDoNotOutliveTheQuery) {
  const auto echo = [&](auto... values) {
    Query row(connection_, "SELECT ?", values...);
    row.step();
    return row.optional_integer(0);
  };
  EXPECT_EQ(echo(7), 7);
  EXPECT_EQ(echo(), std::nullopt);
}

TEST_F(ConnectionTest, AnOuterTransactionDecidesOverAnInnerStep) {
  connection_.run("CREATE TABLE t(x)");
  {
    Atomically outer(connection_);
    Atomically inner(connection_);
    connection_.run("INSERT INTO t VALUES (1)");
    inner.commit();
    EXPECT_TRUE(connection_.in_transaction());
  }
  EXPECT_FALSE(connection_.in_transaction());
  EXPECT_EQ(Query(connection_, "SELECT count(*) FROM t").only_integer(), 0);
}

TEST_F(ConnectionTest, WrongSqlIsAnErrorOfTheFileAndLeavesTheConnectionUsable) {
  EXPECT_EQ(test::error_of([&] { connection_.run("SELECT x FROM nowhere"); }).code,
            ErrorCode::corrupt);
  EXPECT_EQ(test::error_of([&] { Query(connection_, "SELECT x FROM nowhere"); }).code,
            ErrorCode::corrupt);
  EXPECT_EQ(Query(connection_, "SELECT 1").only_integer(), 1);
}

TEST_F(ConnectionTest, APredicateIsCalledWithTheBytesOfItsArgument) {
  connection_.add_predicate("is_pair",
                            [](std::span<const std::byte> bytes) { return bytes.size() == 2; });
  EXPECT_EQ(Query(connection_, "SELECT is_pair(x'0102') * 10 + is_pair(x'01') + is_pair(NULL)")
                .only_integer(),
            10);
}

TEST_F(ConnectionTest, ANameWithAMeaningForSqliteIsAFileLikeAnyOther) {
  const std::filesystem::path odd = directory_.path() / "file:a?b#c%41.db";
  Connection(odd, Connection::Mode::write).run("CREATE TABLE t(x); INSERT INTO t VALUES (4)");
  EXPECT_TRUE(std::filesystem::exists(odd));
  Connection immutable(odd, Connection::Mode::immutable);
  EXPECT_EQ(Query(immutable, "SELECT x FROM t").only_integer(), 4);
}

TEST_F(ConnectionTest, OnlyAWriterWrites) {
  const std::filesystem::path file = directory_.path() / "r.db";
  Connection(file, Connection::Mode::write).run("CREATE TABLE t(x)");
  for (const auto mode :
       {Connection::Mode::read, Connection::Mode::untouched, Connection::Mode::immutable}) {
    Connection reader(file, mode);
    EXPECT_EQ(test::error_of([&] { reader.run("INSERT INTO t VALUES (1)"); }).code,
              ErrorCode::write_failed);
  }
}

}  // namespace
}  // namespace clipdex::store
