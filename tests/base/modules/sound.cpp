// A module as it should be, for tests/base/module_test.cpp.
#include "base/module.hpp"

namespace {

struct Functions {
  int (*answer)();
  void (*log)(std::string_view line);
};

int answer() { return 42; }
void log(std::string_view line) { clipdex::log_line(clipdex::LogLevel::info, line); }

}  // namespace

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(
    clipdex::ModuleLog log_of_program) {
  static constexpr Functions kFunctions{.answer = answer, .log = log};
  return clipdex::enter_module(log_of_program, &kFunctions);
}
