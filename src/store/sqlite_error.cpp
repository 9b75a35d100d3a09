#include "store/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <string>

namespace clipdex::store {
namespace {

constexpr int kPrimaryCodeMask = 0xFF;

bool is_out_of_space(int error_number) { return error_number == ENOSPC || error_number == EDQUOT; }

Error disk_full(const std::string& name) {
  return {
      ErrorCode::disk_full,
      fmt::format("the disk that holds the library {} is full; what was stored before is intact: "
                  "free some space and run the command again",
                  name)};
}

Error input_output_error(const std::string& name, const SqliteFailure& failure) {
  if (is_out_of_space(failure.system_errno)) return disk_full(name);
  switch (failure.extended_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_FSTAT:
    case SQLITE_IOERR_ACCESS:
      return {ErrorCode::unreadable,
              fmt::format("the library {} cannot be read ({}); check the disk that holds it", name,
                          failure.detail)};
    default:
      return {ErrorCode::write_failed,
              fmt::format("writing the library {} failed ({}); what was stored before is intact: "
                          "check the disk that holds it and run the command again",
                          name, failure.detail)};
  }
}

}  // namespace

Error library_error(const std::filesystem::path& file, const SqliteFailure& failure) {
  const std::string& name = file.native();
  switch (failure.extended_code & kPrimaryCodeMask) {
    case SQLITE_FULL:
      return disk_full(name);
    case SQLITE_IOERR:
      return input_output_error(name, failure);
    case SQLITE_NOTADB:
      return {ErrorCode::corrupt,
              fmt::format("{} is not a clipdex library; name another file with --library", name)};
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return {ErrorCode::corrupt,
              fmt::format("the library {} is damaged ({}); run 'clipdex fsck --repair' on it, and "
                          "if that does not help, move it away and index the folders again",
                          name, failure.detail)};
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
      // The statements of clipdex are fixed, so what SQLite cannot compile is the file's schema.
      return {ErrorCode::corrupt, fmt::format("the library {} lacks a part of its format ({}); run "
                                              "'clipdex fsck' on it",
                                              name, failure.detail)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {ErrorCode::busy,
              fmt::format("the library {} is in use by another process that does not "
                          "let go of it; close it there and try again",
                          name)};
    case SQLITE_READONLY:
      return {
          ErrorCode::write_failed,
          fmt::format("the library {} cannot be written ({}); check the permissions of the file "
                      "and of its folder",
                      name, failure.detail)};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      if (is_out_of_space(failure.system_errno)) return disk_full(name);
      return {ErrorCode::unreadable,
              fmt::format("the library {} cannot be opened ({}); check the permissions of the file "
                          "and of its folder",
                          name, failure.detail)};
    default:
      return {ErrorCode::internal,
              fmt::format("the library {} gave an unexpected answer ({}, code {})", name,
                          failure.detail, failure.extended_code)};
  }
}

}  // namespace clipdex::store
