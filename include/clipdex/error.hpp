/// The errors of clipdex: one closed list of codes, a value that carries one, a `Result` for what
/// may fail item by item, and an `Exception` for what ends a whole operation.
///
/// The rule: one broken image among 100,000 is expected, so functions that handle one item return
/// `Result<T>`. A full disk, a wrong model or a corrupt library ends the operation, so those are
/// thrown as `Exception` with the same `Error` inside. A mistake of the programmer is an `assert`.
#pragma once

#include <cassert>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace clipdex {

/// Every way in which clipdex can fail. The list is closed: each front door has one table from
/// these codes to its own numbers (exit status, HTTP status, ROS `error_code`).
enum class ErrorCode {
  invalid_argument,  ///< The caller asked for something that has no meaning; asking again will not
                     ///< help.
  not_found,         ///< A file, image, model or library that was named does not exist.
  unreadable,        ///< It exists and cannot be read: permissions, an I/O error.
  unsupported,       ///< It was understood, and this build cannot do it; or it is no regular file.
  corrupt,       ///< The bytes contradict their own format: truncated, wrong magic, wrong checksum.
  too_large,     ///< A limit on pixels, bytes or counts was passed; the message names the limit.
  wrong_model,   ///< The vectors were made by another model than the one at hand.
  busy,          ///< Another process holds what is needed; the message names it.
  disk_full,     ///< No space was left; what was stored before is intact.
  write_failed,  ///< Writing failed for another reason than a full disk.
  stopped,       ///< The caller asked to stop, through a progress callback or a closed queue.
  internal,      ///< A bug in clipdex or in a library below it.
};

/// The stable, lower-case name of a code, such as "disk_full", for logs, the failure ledger and
/// JSON.
/// @return a string with static lifetime; never empty.
std::string_view error_code_name(ErrorCode code) noexcept;

/// The code of a name that `error_code_name` gave.
/// @return `ErrorCode::internal` for any other text, so that an old ledger never stops a reader.
ErrorCode error_code_from_name(std::string_view name) noexcept;

/// What went wrong: the code for programs, and for people one full sentence that says what is
/// wrong, with which file, and what to do next. A plain value; copy it freely.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

/// Thrown when an operation cannot go on. `what()` is the message of the error.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  Exception(ErrorCode code, std::string message) : Exception(Error{code, std::move(message)}) {}

  const Error& error() const noexcept { return error_; }
  ErrorCode code() const noexcept { return error_.code; }

 private:
  Error error_;
};

/// Either a `T` or the `Error` that explains why there is none.
///
/// Reading the side that is not there is a programmer's mistake (assert). `value_or_throw` turns an
/// error into an `Exception`, for callers to whom this item is the whole operation.
/// Not synchronised: use one object from one thread at a time.
template <class T>
class [[nodiscard]] Result {
 public:
  // Both are implicit, so that a function returns a value or an error as it is.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }

  const Error& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }
  Error&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

  /// The value; throws `Exception` with the error when there is none.
  T value_or_throw() && {
    if (!ok()) throw Exception(std::move(*this).error());
    return std::move(*this).value();
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace clipdex
