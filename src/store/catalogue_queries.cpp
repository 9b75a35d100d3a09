// The part of the catalogue that remembers the vectors of texts that were searched for.
#include <algorithm>
#include <exception>
#include <string>

#include "base/log.hpp"
#include "store/catalogue.hpp"
#include "store/catalogue_parts.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

/// So many stay when there are too many, so that not every new query has to throw one out.
constexpr std::uint64_t kLeftAfterForgetting = kQueryVectorsMax * 9 / 10;

/// Permits writing while it lives.
class BriefWriting {
 public:
  explicit BriefWriting(Connection& connection) : connection_(connection) {
    connection_.permit_writing(true);
  }
  ~BriefWriting() {
    try {
      connection_.permit_writing(false);
    } catch (const Exception& exception) {
      log_line(LogLevel::warning, exception.what());
    }
  }
  BriefWriting(const BriefWriting&) = delete;
  BriefWriting& operator=(const BriefWriting&) = delete;

 private:
  Connection& connection_;
};

void put(Connection& connection, const QueryVector& query) {
  Query(connection,
        "INSERT INTO query_vectors(encoder, text, vector, was_cut, used_at_s) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (encoder, text) DO UPDATE SET "
        "vector = excluded.vector, was_cut = excluded.was_cut, used_at_s = excluded.used_at_s",
        query.encoder, query.text, std::as_bytes(std::span(query.vector)), query.was_cut,
        query.used_at_s)
      .run();
}

void forget_the_oldest(Connection& connection) {
  const std::int64_t count = Query(connection, "SELECT count(*) FROM query_vectors").only_integer();
  if (static_cast<std::uint64_t>(count) <= kQueryVectorsMax) return;
  Query(connection,
        "DELETE FROM query_vectors WHERE id IN (SELECT id FROM query_vectors "
        "ORDER BY used_at_s DESC, id DESC LIMIT -1 OFFSET ?)",
        kLeftAfterForgetting)
      .run();
}

/// Without this cache everything is right and slower, so nobody has to know more than the log.
void log_failure(const std::exception& exception) noexcept {
  try {
    log_line(LogLevel::debug, std::string("the cache of queries is not used: ") + exception.what());
  } catch (...) {  // The log itself may fail, and nothing is left to do then.
  }
}

}  // namespace

std::optional<QueryVector> Catalogue::find_query_vector(std::string_view encoder,
                                                        std::string_view text) const noexcept {
  try {
    if (!remembers_queries(*parts_->connection)) return std::nullopt;
    Query row(*parts_->connection,
              "SELECT vector, was_cut, used_at_s FROM query_vectors WHERE encoder = ? AND text = ?",
              encoder, text);
    if (!row.step()) return std::nullopt;
    QueryVector query{.encoder = std::string(encoder),
                      .text = std::string(text),
                      .vector = {},
                      .was_cut = row.integer(1) != 0,
                      .used_at_s = row.integer(2)};
    const std::span<const std::byte> bytes = row.blob(0);
    if (bytes.size() % sizeof(float) != 0) return std::nullopt;
    query.vector.resize(bytes.size() / sizeof(float));
    std::ranges::copy(bytes, std::as_writable_bytes(std::span(query.vector)).begin());
    return query;
  } catch (const std::exception& exception) {
    log_failure(exception);
    return std::nullopt;
  }
}

bool Catalogue::remember_query_vector(const QueryVector& query) noexcept {
  try {
    Connection& connection = *parts_->connection;
    if (query.text.size() > kQueryTextBytesMax || !remembers_queries(connection)) return false;
    const BriefWriting writing(connection);
    Atomically step(connection);
    put(connection, query);
    forget_the_oldest(connection);
    step.commit();
    return true;
  } catch (const std::exception& exception) {
    log_failure(exception);
    return false;
  }
}

}  // namespace clipdex::store
