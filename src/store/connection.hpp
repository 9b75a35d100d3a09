/// SQLite as the rest of this room sees it: a connection, statements that are prepared once, and a
/// transaction, all of which throw `clipdex::Exception` and nothing of SQLite's own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace SQLite {  // NOLINT(readability-identifier-naming): the library's own name
class Database;
class Exception;
class Statement;
}  // namespace SQLite

namespace clipdex::store {

/// One open SQLite file and its prepared statements. One thread at a time.
/// Errors: every member throws `Exception` as `library_error` says.
class Connection {
 public:
  enum class Mode {
    read,       ///< the file must exist; its content is never changed, its WAL may be tidied away
    untouched,  ///< the file must exist; nothing about it is ever written
    write,      ///< creates the file when it is absent
    immutable,  ///< reads a file that nobody changes, without any file beside it
  };

  Connection(const std::filesystem::path& file, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::filesystem::path& file() const noexcept { return file_; }

  /// Runs SQL text of one or more statements and drops what they answer.
  void run(const std::string& sql);

  /// Gives SQL a function `name(blob)` that answers 1 or 0.
  void add_predicate(const char* name, bool (*predicate)(std::span<const std::byte>));

  /// Lets a connection of mode `read` write, without waiting for another writer and without waiting
  /// for the disk, or forbids it again.
  void permit_writing(bool permit);

  /// How many rows the last INSERT, UPDATE or DELETE touched.
  std::uint64_t changes() const noexcept;
  /// Whether a transaction is open.
  bool in_transaction() const noexcept;

 private:
  friend class Query;

  std::unique_ptr<SQLite::Statement> take(const char* sql);
  void give_back(const char* sql, std::unique_ptr<SQLite::Statement> statement) noexcept;
  [[noreturn]] void fail(const SQLite::Exception& exception) const;

  std::filesystem::path file_;
  std::unique_ptr<SQLite::Database> database_;
  /// Statements nobody uses at the moment, by the address of their SQL text. There may be several
  /// of one text, because a visitor may ask the question that its own caller is still reading the
  /// answer of.
  std::unordered_map<const char*, std::vector<std::unique_ptr<SQLite::Statement>>> idle_;
};

/// A prepared statement in use. At the end of its life it goes back to the connection, which keeps
/// it.
///
///     Query rows(connection, "SELECT id FROM images WHERE path = ?", path);
///     while (rows.step()) use(rows.integer(0));
///
/// Parameters are bound in order: integers, text (any bytes, nothing is read as UTF-8), spans of
/// bytes (not copied: they must outlive the query), `nullptr` and an empty optional as NULL.
class Query {
 public:
  /// `sql` must be a string literal: its address is what the statement is remembered by.
  template <class... Values>
  Query(Connection& connection, const char* sql, const Values&... values)
      : Query(connection, sql, Prepare{}) {
    int index = 0;
    (bind(++index, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Goes to the next row; false when there is none.
  bool step();
  /// Runs a statement that answers no rows.
  void run() { step(); }
  /// The first column of the first row, of a statement that always answers one; runs it to its end,
  /// which is what commits a writing statement outside a transaction. 0 if there is no row after
  /// all.
  std::int64_t only_integer();

  // Of the current row, columns counted from 0. Views hold until the next step.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  std::span<const std::byte> blob(int column) const;
  /// NULL becomes an empty optional.
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  struct Prepare {};
  Query(Connection& connection, const char* sql, Prepare);

  template <std::integral Integer>
  void bind(int index, Integer value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, std::string_view text);
  void bind(int index, std::span<const std::byte> bytes);
  void bind(int index, std::nullptr_t);
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    value ? bind(index, *value) : bind(index, nullptr);
  }
  void bind_integer(int index, std::int64_t value);

  Connection& connection_;
  const char* sql_;
  std::unique_ptr<SQLite::Statement> statement_;
};

/// Makes several statements one: opens a transaction unless one is open already, in which case that
/// one decides. Destroyed without commit, it rolls back what it opened.
class Atomically {
 public:
  explicit Atomically(Connection& connection);
  ~Atomically();
  Atomically(const Atomically&) = delete;
  Atomically& operator=(const Atomically&) = delete;

  void commit();

 private:
  Connection& connection_;
  bool owns_;
};

}  // namespace clipdex::store
