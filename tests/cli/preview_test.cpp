#include "cli/preview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "search/environment.hpp"

namespace clipdex::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// A terminal is known by its environment alone, so the real one must not shine through.
class Preview : public ::testing::Test {
 protected:
  Preview() {
    for (const char* name : {"COLORTERM", "TERM_PROGRAM", "TERM_NAME", "VTE_VERSION", "LC_TERMINAL",
                             "KITTY_PID", "KITTY_WINDOW_ID", "MLTERM", "NVIM", "TMUX", "STY",
                             "NO_COLOR", "ConEmuANSI", "CTX_BACKEND", "YAFT", "ITERM_SESSION_ID"}) {
      set(name, std::nullopt);
    }
  }

  void set(const char* name, const std::optional<std::string>& value) {
    variables_.push_back(std::make_unique<test::ScopedVariable>(name, value));
  }

  /// A picture that is red on the left and blue on the right.
  static library::Picture picture(int width, int height) {
    library::Picture made{width, height, {}};
    for (int i = 0; i < width * height; ++i) {
      const bool is_left = i % width < width / 2;
      made.rgb.push_back(is_left ? 255 : 0);
      made.rgb.push_back(0);
      made.rgb.push_back(is_left ? 0 : 255);
    }
    return made;
  }

  static std::ptrdiff_t lines_of(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  }

 private:
  std::vector<std::unique_ptr<test::ScopedVariable>> variables_;
};

TEST_F(Preview, ATerminalOfManyColoursGetsColouredBlocks) {
  set("TERM", "xterm-256color");
  set("COLORTERM", "truecolor");
  const std::string drawn = render_picture(picture(80, 40), 40, 20);
  EXPECT_THAT(drawn, HasSubstr(";2;25"));
  EXPECT_THAT(drawn, Not(HasSubstr("\x1b_G")));
  EXPECT_THAT(drawn, EndsWith("\n"));
}

TEST_F(Preview, ATerminalThatKnowsNothingGetsPlainCharacters) {
  set("TERM", "dumb");
  EXPECT_THAT(render_picture(picture(80, 40), 40, 20), Not(HasSubstr("38;2;")));
}

TEST_F(Preview, KittyGetsThePixels) {
  set("TERM", "xterm-kitty");
  const std::string drawn = render_picture(picture(80, 40), 40, 20);
  EXPECT_THAT(drawn, HasSubstr("\x1b_G"));
  EXPECT_THAT(drawn, EndsWith("\n"));
}

TEST_F(Preview, AWidePictureFillsTheColumnsAndAHighOneTheRows) {
  set("TERM", "dumb");
  // A character is twice as high as it is wide: 40 columns of a 2:1 picture are 10 rows.
  EXPECT_EQ(lines_of(render_picture(picture(80, 40), 40, 20)), 10);
  EXPECT_EQ(lines_of(render_picture(picture(40, 160), 40, 20)), 20);
}

TEST_F(Preview, ASinglePixelIsDrawn) {
  set("TERM", "dumb");
  EXPECT_GE(lines_of(render_picture(picture(1, 1), 10, 4)), 1);
}

TEST_F(Preview, WithoutATerminalTheSizeIsTheUsualOne) {
  ::testing::internal::CaptureStdout();  // A file, whatever the tests themselves write to.
  const TerminalSize size = terminal_size();
  ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(size.columns, 80);
  EXPECT_EQ(size.rows, 24);
}

}  // namespace
}  // namespace clipdex::cli
