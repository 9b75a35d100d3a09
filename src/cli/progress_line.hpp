/// The line that shows how far a run of indexing is.
#pragma once

#include <cstddef>
#include <string>

#include "clipdex/progress.hpp"

namespace clipdex::cli {

/// One line for a terminal of this many columns, without a newline: a bar, the counts, the rate and
/// the time left once the number of files is known.
std::string format_progress(const Progress& progress, std::size_t columns);

/// A time span for people: "8 s", "2 min 05 s", "3 h 20 min".
std::string format_seconds(double seconds);

/// Shows progress on stderr while it lives, and clears its line at the end. Shows nothing when
/// stderr is no terminal or `wanted` is false.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Progress& progress);

 private:
  const bool shown_;
};

}  // namespace clipdex::cli
