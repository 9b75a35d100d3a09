#include "cli/preview.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/module.hpp"

namespace clipdex::cli {

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    return {size.ws_col, size.ws_row};
  }
  return {};
}

std::string render_picture(const library::Picture& picture, int columns, int rows) {
  static const PreviewFunctions* const module =
      load_module<PreviewFunctions>("preview").value_or_throw();
  return module->draw(picture, columns, rows);
}

}  // namespace clipdex::cli
