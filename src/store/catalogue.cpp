#include "store/catalogue.hpp"

#include <utility>

#include "base/log.hpp"
#include "store/catalogue_parts.hpp"
#include "store/library_file.hpp"
#include "store/schema.hpp"

namespace clipdex::store {

Catalogue Catalogue::open(const std::filesystem::path& file, Access access) {
  auto parts = std::make_unique<Parts>();
  if (access == Access::read) {
    parts->connection = open_library_for_reading(file);
  } else {
    WritableLibrary library = open_library_for_writing(file);
    parts->lock = std::move(library.lock);
    parts->connection = std::move(library.connection);
  }
  return Catalogue(std::move(parts));
}

Catalogue::Catalogue(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

const std::filesystem::path& Catalogue::file() const noexcept { return parts_->connection->file(); }

std::optional<std::string> Catalogue::property(std::string_view key) const {
  Query row(*parts_->connection, "SELECT value FROM properties WHERE key = ?", key);
  if (!row.step()) return std::nullopt;
  return std::string(row.text(0));
}

void Catalogue::set_property(std::string_view key, std::string_view value) {
  Query(*parts_->connection, "INSERT OR REPLACE INTO properties(key, value) VALUES (?, ?)", key,
        value)
      .run();
}

std::string Catalogue::content_version() const { return property("generation").value_or("0"); }

VectorState Catalogue::vector_state() const {
  // One statement, so that both are of one moment.
  Query row(*parts_->connection,
            "SELECT CAST((SELECT value FROM properties WHERE key = 'generation') AS INTEGER), "
            "CAST((SELECT value FROM properties WHERE key = 'snapshot') AS BLOB)");
  row.step();
  VectorState state{.generation = static_cast<std::uint64_t>(row.integer(0))};
  const std::span<const std::byte> hex = row.blob(1);
  const std::string_view digits(reinterpret_cast<const char*>(hex.data()), hex.size());
  if (const auto token = hash_from_hex(digits)) state.snapshot_token = *token;
  return state;
}

void Catalogue::set_snapshot_token(const ContentHash& token) {
  set_property(kSnapshotKey, to_hex(token));
}

Catalogue::ReadView::ReadView(const Catalogue& catalogue)
    : catalogue_(catalogue), owns_(!catalogue.parts_->connection->in_transaction()) {
  if (owns_) catalogue_.parts_->connection->run("BEGIN");
}

Catalogue::ReadView::~ReadView() {
  Connection& connection = *catalogue_.parts_->connection;
  if (!owns_ || !connection.in_transaction()) return;
  try {
    connection.run("ROLLBACK");
  } catch (const Exception& exception) {
    log_line(LogLevel::warning, exception.what());
  }
}

Catalogue::Transaction::Transaction(Catalogue& catalogue) : catalogue_(catalogue) {
  catalogue_.parts_->connection->run("BEGIN IMMEDIATE");
}

Catalogue::Transaction::~Transaction() {
  Connection& connection = *catalogue_.parts_->connection;
  // SQLite may have rolled back already, as it does when the disk is full.
  if (!open_ || !connection.in_transaction()) return;
  try {
    connection.run("ROLLBACK");
  } catch (const Exception& exception) {
    log_line(LogLevel::warning, exception.what());
  }
}

void Catalogue::Transaction::commit() {
  count_generation(*catalogue_.parts_->connection);
  catalogue_.parts_->connection->run("COMMIT");
  open_ = false;
}

}  // namespace clipdex::store
