// What the module `formats` gives to the program. Within the module, the two names below are those
// of decode_vips.cpp and decode_raw.cpp, which are linked into nothing else.
#include "base/module.hpp"
#include "image/decoders.hpp"

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::image::FormatDecoders kFunctions{
      .vips = clipdex::image::decode_vips,
      .raw = clipdex::image::decode_raw,
  };
  return clipdex::enter_module(log, &kFunctions);
}
