#include "store/connection.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/log.hpp"
#include "clipdex/error.hpp"
#include "store/sqlite_error.hpp"

namespace clipdex::store {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// Not mapped into memory (mmap_size): that made reading all vectors an eighth faster, and an I/O
// error or a file that shrinks would end the process. Whoever writes keeps more pages than SQLite's
// 2 MB, so that one batch never leaves its own cache.
constexpr const char* kReadSettings =
    "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;";
constexpr const char* kWriteSettings =
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF; PRAGMA temp_store = "
    "MEMORY;";

/// The file as an SQLite URI with immutable=1, which reads it without locks and without a WAL
/// beside it.
std::string immutable_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.native()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& file,
                                                Connection::Mode mode) {
  // Absolute, so that no name (":memory:") has a meaning of its own.
  const std::filesystem::path path = std::filesystem::absolute(file);
  const int shared_flags = SQLite::OPEN_NOMUTEX;
  if (mode == Connection::Mode::immutable) {
    return std::make_unique<SQLite::Database>(
        immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI | shared_flags);
  }
  if (mode == Connection::Mode::untouched) {
    return std::make_unique<SQLite::Database>(path.native(), SQLite::OPEN_READONLY | shared_flags,
                                              kBusyTimeoutMs);
  }
  const int create_flag = mode == Connection::Mode::write ? SQLite::OPEN_CREATE : 0;
  // A reader opens read-write too, with query_only: so the last one tidies the files of the WAL
  // away. SQLite falls back to read-only by itself when the file does not permit more.
  return std::make_unique<SQLite::Database>(
      path.native(), SQLite::OPEN_READWRITE | create_flag | shared_flags, kBusyTimeoutMs);
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, Mode mode) : file_(file) {
  try {
    database_ = open_database(file, mode);
    database_->exec(mode == Mode::write ? kWriteSettings : kReadSettings);
  } catch (const SQLite::Exception& exception) {
    fail(exception);
  }
}

Connection::~Connection() = default;

void Connection::run(const std::string& sql) {
  try {
    database_->exec(sql);
  } catch (const SQLite::Exception& exception) {
    fail(exception);
  }
}

void Connection::permit_writing(bool permit) {
  // With a WAL, NORMAL loses the last transactions when the power fails, and nothing else.
  run(permit ? "PRAGMA query_only = OFF; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 0"
             : fmt::format("PRAGMA query_only = ON; PRAGMA busy_timeout = {}", kBusyTimeoutMs));
}

void Connection::add_predicate(const char* name, bool (*predicate)(std::span<const std::byte>)) {
  using Predicate = bool (*)(std::span<const std::byte>);
  const auto call = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto answer = reinterpret_cast<Predicate>(sqlite3_user_data(context));
    const auto* bytes = static_cast<const std::byte*>(sqlite3_value_blob(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    sqlite3_result_int(context, answer({bytes, size}) ? 1 : 0);
  };
  database_->createFunction(name, 1, true, reinterpret_cast<void*>(predicate), call);
}

std::uint64_t Connection::changes() const noexcept {
  return static_cast<std::uint64_t>(database_->getChanges());
}

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(database_->getHandle()) == 0;
}

std::unique_ptr<SQLite::Statement> Connection::take(const char* sql) {
  std::vector<std::unique_ptr<SQLite::Statement>>& idle = idle_[sql];
  if (idle.empty()) return std::make_unique<SQLite::Statement>(*database_, sql);
  std::unique_ptr<SQLite::Statement> statement = std::move(idle.back());
  idle.pop_back();
  return statement;
}

void Connection::give_back(const char* sql, std::unique_ptr<SQLite::Statement> statement) noexcept {
  statement->tryReset();  // Its error, if any, was thrown by the step that met it.
  statement->clearBindings();
  idle_[sql].push_back(std::move(statement));
}

void Connection::fail(const SQLite::Exception& exception) const {
  SqliteFailure failure{.extended_code = exception.getExtendedErrorCode(),
                        .detail = exception.what()};
  if (failure.extended_code < 0) failure.extended_code = exception.getErrorCode();
  if (database_ != nullptr) failure.system_errno = sqlite3_system_errno(database_->getHandle());
  throw Exception(library_error(file_, failure));
}

Query::Query(Connection& connection, const char* sql, Prepare)
    : connection_(connection), sql_(sql) {
  try {
    statement_ = connection.take(sql);
  } catch (const SQLite::Exception& exception) {
    connection.fail(exception);
  }
}

Query::~Query() {
  if (statement_) connection_.give_back(sql_, std::move(statement_));
}

bool Query::step() {
  try {
    return statement_->executeStep();
  } catch (const SQLite::Exception& exception) {
    connection_.fail(exception);
  }
}

std::int64_t Query::only_integer() {
  const std::int64_t value = step() ? integer(0) : 0;
  while (statement_->hasRow()) step();
  return value;
}

bool Query::is_null(int column) const { return statement_->isColumnNull(column); }

std::int64_t Query::integer(int column) const { return statement_->getColumn(column).getInt64(); }

std::string_view Query::text(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  const char* bytes = value.getText();  // Before the size, which SQLite knows only after it.
  return {bytes, static_cast<std::size_t>(value.getBytes())};
}

std::span<const std::byte> Query::blob(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  const void* bytes = value.getBlob();
  return {static_cast<const std::byte*>(bytes), static_cast<std::size_t>(value.getBytes())};
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

void Query::bind(int index, std::string_view text) { statement_->bind(index, std::string(text)); }

void Query::bind(int index, std::span<const std::byte> bytes) {
  statement_->bindNoCopy(index, bytes.data(), static_cast<int>(bytes.size()));
}

void Query::bind(int index, std::nullptr_t) { statement_->bind(index); }

void Query::bind_integer(int index, std::int64_t value) { statement_->bind(index, value); }

Atomically::Atomically(Connection& connection)
    : connection_(connection), owns_(!connection.in_transaction()) {
  // IMMEDIATE: a lock that cannot be had is reported here, before anything was done.
  if (owns_) connection_.run("BEGIN IMMEDIATE");
}

Atomically::~Atomically() {
  // SQLite may have rolled back already, as it does when the disk is full.
  if (!owns_ || !connection_.in_transaction()) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Exception& exception) {
    log_line(LogLevel::warning, exception.what());
  }
}

void Atomically::commit() {
  if (owns_) connection_.run("COMMIT");
  owns_ = false;
}

}  // namespace clipdex::store
