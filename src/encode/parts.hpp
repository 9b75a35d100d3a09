/// How the operators of this room spread one call over the threads of a session. Private to it.
#pragma once

#include <cstddef>
#include <functional>

namespace clipdex::encode {

/// Runs `part(0)` to `part(parts - 1)`, in any order and perhaps at the same time on several
/// threads, and comes back when all are done. A part neither throws nor waits for another.
using RunParts =
    std::function<void(std::size_t parts, const std::function<void(std::size_t)>& part)>;

/// The runner that stays on the caller's thread.
inline void run_parts_here(std::size_t parts, const std::function<void(std::size_t)>& part) {
  for (std::size_t i = 0; i < parts; ++i) part(i);
}

}  // namespace clipdex::encode
