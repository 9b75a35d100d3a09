/// What every sub-command shares: options, the two output streams, exit statuses, and Ctrl-C.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "clipdex/error.hpp"
#include "clipdex/library.hpp"

namespace clipdex::cli {

// The exit statuses of every sub-command, as the manual page promises them.
inline constexpr int kDone = 0;
inline constexpr int kNothingFoundOrSomeFailed = 1;  ///< also: stopped before the end
inline constexpr int kWrongUse = 2;
inline constexpr int kFailed = 3;

/// The status for an error that ended a command.
int exit_status_of(ErrorCode code) noexcept;

/// The options that apply to the whole program, filled by the argument parser.
struct Settings {
  LibraryOptions library;
  bool quiet = false;        ///< no notes on stderr, only errors
  bool no_progress = false;  ///< no progress line, even on a terminal
};

/// The settings before any argument is read: CLIPDEX_LIBRARY, CLIPDEX_MODEL and CLIPDEX_PRECISION
/// are the twins of --library, --model and --precision, and CLIPDEX_NO_QUERY_CACHE, unless empty,
/// is that of --no-query-cache. Throws `invalid_argument` for a precision that there is not. Not
/// CLI11's envname(): every sub-command has these options, and CLI11 lets the environment fill
/// those of the others too, over what the user wrote.
Settings settings_from_environment();

/// One sub-command. `run` returns an exit status; it may throw `Exception`.
using Command = std::function<int()>;

/// Adds `--library`, `--model` or `--precision` to a sub-command.
void add_library_option(CLI::App& app, Settings& settings);
void add_model_option(CLI::App& app, Settings& settings);
void add_precision_option(CLI::App& app, Settings& settings,
                          const std::string& help =
                              "Which form of the model runs: int8 or float32 as `clipdex model "
                              "optimize` wrote them; auto: int8 where it is there; or set "
                              "CLIPDEX_PRECISION");

/// Writes a line to stderr, "clipdex: " in front; nothing under --quiet.
void print_note(const Settings& settings, std::string_view line);

/// Writes an error line to stderr, always. Names of files come from anywhere, so both show control
/// characters as `printable` does.
void print_error(std::string_view line);

/// Says, once a command, that the results come from the small demo model.
void print_demo_note(const Settings& settings);

/// Writes to stdout. Ends the program quietly with status 0 when the reader is gone, as `head`
/// does.
void print_result(std::string_view text);

/// A path as a person wants to see it: relative when it lies below the current directory, control
/// characters and broken UTF-8 made visible.
std::string display_path(std::string_view path);

/// Text with control characters as \n, \t or \x1b and broken UTF-8 as U+FFFD, safe for a terminal.
std::string printable(std::string_view text);

/// From now on the first Ctrl-C (or SIGTERM) only sets a flag, and the second ends the program.
void watch_for_interrupt();

/// Whether that flag is set.
bool interrupted() noexcept;

}  // namespace clipdex::cli
