// The module `preview`: chafa and glib.

#include <chafa.h>

#include <memory>

#include "base/module.hpp"
#include "cli/preview.hpp"

namespace clipdex::cli {
namespace {

template <auto Unref>
struct Release {
  template <class T>
  void operator()(T* object) const {
    Unref(object);
  }
};

using TermInfo = std::unique_ptr<ChafaTermInfo, Release<chafa_term_info_unref>>;
using SymbolMap = std::unique_ptr<ChafaSymbolMap, Release<chafa_symbol_map_unref>>;
using Config = std::unique_ptr<ChafaCanvasConfig, Release<chafa_canvas_config_unref>>;
using Canvas = std::unique_ptr<ChafaCanvas, Release<chafa_canvas_unref>>;

TermInfo detect_terminal() {
  gchar** environment = g_get_environ();
  TermInfo terminal(chafa_term_db_detect(chafa_term_db_get_default(), environment));
  g_strfreev(environment);
  return terminal;
}

ChafaPixelMode best_pixel_mode(ChafaTermInfo* terminal) {
  if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1)) {
    return CHAFA_PIXEL_MODE_KITTY;
  }
  if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_BEGIN_ITERM2_IMAGE)) {
    return CHAFA_PIXEL_MODE_ITERM2;
  }
  if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_BEGIN_SIXELS))
    return CHAFA_PIXEL_MODE_SIXELS;
  return CHAFA_PIXEL_MODE_SYMBOLS;
}

ChafaCanvasMode best_canvas_mode(ChafaTermInfo* terminal) {
  if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT)) {
    return CHAFA_CANVAS_MODE_TRUECOLOR;
  }
  if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_SET_COLOR_FGBG_256)) {
    return CHAFA_CANVAS_MODE_INDEXED_240;
  }
  return CHAFA_CANVAS_MODE_FGBG;
}

std::string draw(const library::Picture& picture, int columns, int rows) {
  constexpr float kCharacterAspect = 0.5F;  // A character is about twice as high as it is wide.
  const TermInfo terminal = detect_terminal();
  gint width = columns;
  gint height = rows;
  chafa_calc_canvas_geometry(picture.width, picture.height, &width, &height, kCharacterAspect,
                             FALSE, FALSE);

  const SymbolMap symbols(chafa_symbol_map_new());
  chafa_symbol_map_add_by_tags(symbols.get(), CHAFA_SYMBOL_TAG_BLOCK);
  const Config config(chafa_canvas_config_new());
  chafa_canvas_config_set_geometry(config.get(), width, height);
  chafa_canvas_config_set_symbol_map(config.get(), symbols.get());
  chafa_canvas_config_set_pixel_mode(config.get(), best_pixel_mode(terminal.get()));
  chafa_canvas_config_set_canvas_mode(config.get(), best_canvas_mode(terminal.get()));

  const Canvas canvas(chafa_canvas_new(config.get()));
  chafa_canvas_draw_all_pixels(canvas.get(), CHAFA_PIXEL_RGB8, picture.rgb.data(), picture.width,
                               picture.height, picture.width * 3);
  GString* drawn = chafa_canvas_print(canvas.get(), terminal.get());
  std::string text(drawn->str, drawn->len);
  g_string_free(drawn, TRUE);
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace
}  // namespace clipdex::cli

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::cli::PreviewFunctions kFunctions{.draw = clipdex::cli::draw};
  return clipdex::enter_module(log, &kFunctions);
}
