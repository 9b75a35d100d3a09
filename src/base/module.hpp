/// Parts of the program that lie in files of their own and are loaded when they are first needed,
/// because the libraries that they link take longer to load than most commands to run.
///
/// A module is `lib/clipdex/clipdex-NAME.so`, beside the `bin` directory of the program. It links
/// the foreign library and exports one function, `clipdex_module`, which gives a table of functions
/// whose type its room declares. `cmake/Room.cmake` builds it, docs/adr/0011-modules.md says why.
#pragma once

#include <string_view>

#include "base/log.hpp"
#include "clipdex/error.hpp"

namespace clipdex {

/// Where the module's own copy of base/log.hpp sends its lines: the program's.
using ModuleLog = void (*)(LogLevel level, std::string_view line);

/// What a module answers. Plain pointers, so that a module of another build of clipdex can be
/// recognised before anything else of it is used; this and the next type never change. A type of C,
/// because a function of C returns it.
struct ModuleEntry {
  const char* build;      ///< what it was built as, `module_build()`
  const void* functions;  ///< its table, which lives as long as the process
};

/// The type of `clipdex_module`, the one function that a module exports:
///
///     extern "C" CLIPDEX_MODULE_EXPORT ModuleEntry clipdex_module(ModuleLog log) {
///       static constexpr Functions kFunctions{…};
///       return enter_module(log, &kFunctions);
///     }
using ModuleFunction = ModuleEntry (*)(ModuleLog log);

#define CLIPDEX_MODULE_EXPORT [[gnu::visibility("default")]]

/// Within a module: makes its log the program's, and gives its entry.
ModuleEntry enter_module(ModuleLog log, const void* functions);

/// Which build of clipdex this is: its version. Program and module must agree.
const char* module_build() noexcept;

/// Loads a module for as long as the process lives; its table of functions. A module that is loaded
/// already is not loaded again. Thread-safe. Errors: `internal`, with the name of the file: it is
/// missing, a library that it needs is missing, it is no module, or it is of another build.
Result<const void*> load_module(std::string_view name);

/// The same for a table of known type. Callers keep the answer in a static variable.
template <class Functions>
Result<const Functions*> load_module(std::string_view name) {
  const Result<const void*> functions = load_module(name);
  if (!functions) return functions.error();
  return static_cast<const Functions*>(functions.value());
}

}  // namespace clipdex
