#include "base/module.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "base/directories.hpp"

namespace clipdex {
namespace {

constexpr std::string_view kAdvice = "install clipdex again, all of it and in one place";

Error broken(const std::filesystem::path& file, std::string_view what) {
  return {ErrorCode::internal,
          fmt::format("a part of clipdex, {}, {}; {}", file.native(), what, kAdvice)};
}

}  // namespace

const char* module_build() noexcept { return CLIPDEX_VERSION; }

ModuleEntry enter_module(ModuleLog log, const void* functions) {
  set_log_sink(log);
  return {.build = module_build(), .functions = functions};
}

Result<const void*> load_module(std::string_view name) {
  const std::filesystem::path file =
      program_module_directory() / fmt::format("clipdex-{}.so", name);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return broken(file, "is missing");
  // Never closed: its functions, and threads of the libraries below it, live as long as the
  // process.
  void* library = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return broken(file, fmt::format("cannot be loaded ({})", ::dlerror()));
  const auto enter = reinterpret_cast<ModuleFunction>(::dlsym(library, "clipdex_module"));
  if (enter == nullptr) return broken(file, "is another program's file");
  const ModuleEntry entry = enter(log_line);
  if (std::string_view(entry.build) != module_build()) {
    return broken(file, fmt::format("is of clipdex {}, and the program is clipdex {}", entry.build,
                                    module_build()));
  }
  return entry.functions;
}

}  // namespace clipdex
