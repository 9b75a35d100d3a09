#include "cli/progress_line.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace clipdex::cli {
namespace {

constexpr std::size_t kBarColumns = 24;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(kBarColumns));
  return "[" + std::string(full, '=') + std::string(kBarColumns - full, ' ') + "]";
}

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

std::string format_seconds(double seconds) {
  const auto whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string format_progress(const Progress& progress, std::size_t columns) {
  std::string line;
  if (!progress.total_is_final) {
    line = fmt::format("scanning: {} of {} files so far", progress.done, progress.total);
  } else {
    const double share = progress.total == 0 ? 1.0
                                             : static_cast<double>(progress.done) /
                                                   static_cast<double>(progress.total);
    line = fmt::format("{} {}/{}", bar(std::min(share, 1.0)), progress.done, progress.total);
  }
  if (progress.encoded_per_second > 0) {
    line += fmt::format("  {:.1f} images/s", progress.encoded_per_second);
    if (progress.total_is_final && progress.done < progress.total) {
      const auto left = static_cast<double>(progress.total - progress.done);
      line += fmt::format("  {} left", format_seconds(left / progress.encoded_per_second));
    }
  }
  if (progress.failed > 0) line += fmt::format("  {} failed", progress.failed);
  return line.substr(0, columns > 1 ? columns - 1 : 0);
}

ProgressLine::ProgressLine(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::show(const Progress& progress) {
  if (!shown_) return;
  fmt::print(stderr, "\r{}\x1b[K", format_progress(progress, terminal_columns()));
  std::fflush(stderr);
}

}  // namespace clipdex::cli
