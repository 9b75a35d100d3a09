/// Pictures in the terminal.
#pragma once

#include <string>

#include "library/inspect.hpp"

namespace clipdex::cli {

/// The size of the terminal on stdout in characters; 80 × 24 when it is none.
struct TerminalSize {
  int columns = 80;
  int rows = 24;
};
TerminalSize terminal_size();

/// Text and control sequences that draw a picture in at most columns × rows characters, by the best
/// means that the terminal announces in its environment: Kitty or iTerm2 graphics, sixel, or
/// coloured blocks. Ends with a newline. Throws when the module `preview`, which holds chafa,
/// cannot be loaded.
std::string render_picture(const library::Picture& picture, int columns, int rows);

/// The functions of the module `preview` (base/module.hpp): `render_picture`.
struct PreviewFunctions {
  std::string (*draw)(const library::Picture& picture, int columns, int rows);
};

}  // namespace clipdex::cli
