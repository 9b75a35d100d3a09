#include "store/library_file.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>

#include "clipdex/error.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

std::filesystem::file_status status_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (std::filesystem::status_known(status)) return status;
  throw Exception(ErrorCode::unreadable,
                  fmt::format("the library {} cannot be reached: {}; check the "
                              "permissions of its folders",
                              file.native(), error.message()));
}

bool has_waiting_changes(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file.native() + "-wal", error);
  return !error && size > 0;
}

/// Whether a failure means that the files beside the library, which WAL needs, cannot be made.
bool hinders_only_wal(ErrorCode code) {
  return code == ErrorCode::unreadable || code == ErrorCode::write_failed ||
         code == ErrorCode::disk_full;
}

}  // namespace

void require_regular_file(const std::filesystem::path& file, const std::string& missing) {
  const std::filesystem::file_status status = status_of(file);
  if (!std::filesystem::exists(status)) throw Exception(ErrorCode::not_found, missing);
  if (std::filesystem::is_directory(status)) {
    throw Exception(ErrorCode::unreadable,
                    fmt::format("{} is a directory; name the file itself, such as {}",
                                file.native(), (file / "clip.db").native()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Exception(
        ErrorCode::unreadable,
        fmt::format("{} is not a regular file, so it is no clipdex library", file.native()));
  }
}

std::string missing_library_message(const std::filesystem::path& file) {
  return fmt::format("there is no library {0}; make one with 'clipdex index DIR --library {0}'",
                     file.native());
}

std::unique_ptr<Connection> open_library_for_reading(const std::filesystem::path& file) {
  require_regular_file(file, missing_library_message(file));
  try {
    auto connection = std::make_unique<Connection>(file, Connection::Mode::read);
    require_readable(*connection);
    return connection;
  } catch (const Exception& exception) {
    if (!hinders_only_wal(exception.code())) throw;
    if (has_waiting_changes(file)) {
      throw Exception(
          exception.code(),
          fmt::format("{}. Changes wait in {}-wal: let somebody who may write there run "
                      "'clipdex status --library {}' once",
                      exception.what(), file.native(), file.native()));
    }
  }
  auto connection = std::make_unique<Connection>(file, Connection::Mode::immutable);
  require_readable(*connection);
  return connection;
}

WritableLibrary open_library_for_writing(const std::filesystem::path& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (std::filesystem::exists(status_of(file))) {
    require_regular_file(file, missing_library_message(file));
  } else if (!std::filesystem::is_directory(status_of(folder))) {
    throw Exception(
        ErrorCode::not_found,
        fmt::format("the library {} cannot be made, because there is no folder {}; create it first",
                    file.native(), folder.native()));
  }
  // Another program's file is recognised before a lock file appears beside it.
  auto connection = std::make_unique<Connection>(file, Connection::Mode::write);
  require_writable_kind(*connection);
  WriterLock lock(file);
  migrate(*connection);
  return {std::move(lock), std::move(connection)};
}

}  // namespace clipdex::store
