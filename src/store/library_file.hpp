/// Opening a library file, with everything that can be wrong about it said in one sentence.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "store/connection.hpp"
#include "store/writer_lock.hpp"

namespace clipdex::store {

/// A library open for writing; the lock is given back after the connection has closed.
struct WritableLibrary {
  WriterLock lock;
  std::unique_ptr<Connection> connection;
};

/// Throws `not_found` unless there is a file, and `unreadable` unless it is a regular one: SQLite
/// would wait for a FIFO, and say nothing useful about a directory. `missing` is the sentence for
/// no file.
void require_regular_file(const std::filesystem::path& file, const std::string& missing);

/// The sentence for a library that is not there: how to make it.
std::string missing_library_message(const std::filesystem::path& file);

/// Opens a library of the present version. Works beside a writer; and, where neither the file nor
/// its folder can be written, as long as no changes wait in the WAL, on the assumption that nobody
/// else writes it meanwhile. Errors: `not_found`, `unreadable`, `corrupt`, `unsupported`, `busy`.
std::unique_ptr<Connection> open_library_for_reading(const std::filesystem::path& file);

/// Takes the writer lock, creates the file when it is absent and migrates an older one.
/// Errors: those of reading; `not_found` when the folder is missing; `disk_full`, `write_failed`.
WritableLibrary open_library_for_writing(const std::filesystem::path& file);

}  // namespace clipdex::store
