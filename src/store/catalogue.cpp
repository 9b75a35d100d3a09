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
