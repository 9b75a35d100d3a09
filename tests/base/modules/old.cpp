// A module of another version, for tests/base/module_test.cpp.
#include "base/module.hpp"

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog /*log*/) {
  return {.build = "0.0.0-old", .functions = nullptr};
}
