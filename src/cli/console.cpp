#include "cli/console.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <system_error>

#include "base/utf8.hpp"

namespace clipdex::cli {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch such");

extern "C" void note_interrupt(int signal) {
  g_interrupted = true;
  std::signal(signal, SIG_DFL);
}

const std::map<std::string, ModelPrecision>& precisions() {
  static const std::map<std::string, ModelPrecision> names{{"auto", ModelPrecision::automatic},
                                                           {"int8", ModelPrecision::int8},
                                                           {"float32", ModelPrecision::float32}};
  return names;
}

}  // namespace

int exit_status_of(ErrorCode code) noexcept {
  return code == ErrorCode::invalid_argument ? kWrongUse : kFailed;
}

Settings settings_from_environment() {
  Settings settings;
  // An empty variable counts as none, as it does for most programs.
  const auto value_of = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  settings.library.model = value_of("CLIPDEX_MODEL");
  const std::string file = value_of("CLIPDEX_LIBRARY");
  if (!file.empty()) settings.library.file = file;
  const std::string precision = value_of("CLIPDEX_PRECISION");
  if (!precision.empty()) {
    const auto known = precisions().find(precision);
    if (known == precisions().end()) {
      throw Exception(
          ErrorCode::invalid_argument,
          fmt::format("CLIPDEX_PRECISION is '{}'; it may be auto, int8 or float32", precision));
    }
    settings.library.precision = known->second;
  }
  settings.library.query_cache = value_of("CLIPDEX_NO_QUERY_CACHE").empty();
  return settings;
}

void add_library_option(CLI::App& app, Settings& settings) {
  app.add_option("-l,--library", settings.library.file, "The library file; or set CLIPDEX_LIBRARY")
      ->capture_default_str();
}

void add_model_option(CLI::App& app, Settings& settings) {
  app.add_option("-m,--model", settings.library.model,
                 "A model package: its directory, or the name of an installed one; or set "
                 "CLIPDEX_MODEL");
}

void add_precision_option(CLI::App& app, Settings& settings, const std::string& help) {
  app.add_option("--precision", settings.library.precision, help)
      ->transform(CLI::Transformer(precisions()))
      ->type_name("auto|int8|float32")
      ->default_str("auto");
}

void print_note(const Settings& settings, std::string_view line) {
  if (!settings.quiet) print_error(line);
}

void print_error(std::string_view line) { fmt::print(stderr, "clipdex: {}\n", printable(line)); }

void print_demo_note(const Settings& settings) {
  print_note(settings,
             "using the small demo model (it knows a few hundred everyday things in English and "
             "simple Chinese); for a real one see --model");
}

void print_result(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) std::_Exit(kDone);
  throw Exception(ErrorCode::write_failed, fmt::format("the output cannot be written: {}",
                                                       std::generic_category().message(errno)));
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string display_path(std::string_view path) {
  std::error_code error;
  std::string here = std::filesystem::current_path(error).native();
  if (!here.ends_with('/')) here += '/';
  if (!error && path.starts_with(here)) path.remove_prefix(here.size());
  return printable(path);
}

void watch_for_interrupt() {
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
}

bool interrupted() noexcept { return g_interrupted; }

}  // namespace clipdex::cli
