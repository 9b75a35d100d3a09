#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "base/file.hpp"
#include "cli/commands.hpp"
#include "library/inspect.hpp"

namespace clipdex::cli {
namespace {

struct TokenArguments {
  std::filesystem::path tokenizer;
};

struct PixelArguments {
  std::filesystem::path image;
  int side = 224;
  std::filesystem::path out;
};

int inspect_tokens(const Settings& settings, const TokenArguments& arguments) {
  const library::TokenInspector inspector =
      arguments.tokenizer.empty() ? library::TokenInspector::from_model(settings.library.model)
                                  : library::TokenInspector::from_file(arguments.tokenizer);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    const nlohmann::json text = nlohmann::json::parse(line, nullptr, false);
    if (!text.is_string()) {
      throw Exception(
          ErrorCode::invalid_argument,
          fmt::format("line {} of the input is no JSON string; write each text in double "
                      "quotes, one a line",
                      number));
    }
    print_result(nlohmann::json(inspector.ids(text.get_ref<const std::string&>())).dump() + "\n");
  }
  return kDone;
}

int inspect_pixels(const PixelArguments& arguments) {
  const library::Picture square =
      library::exact_square(arguments.image, arguments.side).value_or_throw();
  (void)write_file_atomically(arguments.out, std::as_bytes(std::span(square.rgb))).value_or_throw();
  return kDone;
}

}  // namespace

void add_inspect_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("inspect", "Look at what a model gets to see: token ids, pixels");
  command->require_subcommand(1);

  CLI::App* tokens = command->add_subcommand(
      "tokens", "One JSON string a line on stdin gives one JSON array of ids a line, not cut");
  auto token_arguments = std::make_shared<TokenArguments>();
  tokens->add_option("--tokenizer", token_arguments->tokenizer,
                     "A tokenizer.json, or a merges file of openai/CLIP");
  add_model_option(*tokens, settings);
  tokens->callback([&settings, &chosen, token_arguments] {
    chosen = [&settings, token_arguments] { return inspect_tokens(settings, *token_arguments); };
  });

  CLI::App* pixels = command->add_subcommand(
      "pixels", "The resized and cropped pixels of an image in exact mode: RGB8, N x N x 3 bytes");
  auto pixel_arguments = std::make_shared<PixelArguments>();
  pixels->add_option("FILE", pixel_arguments->image, "An image")->required();
  pixels->add_option("--size", pixel_arguments->side, "N, the side of the square")
      ->check(CLI::Range(1, 8192))
      ->capture_default_str();
  pixels->add_option("--out", pixel_arguments->out, "Where to write the bytes")->required();
  pixels->callback([&chosen, pixel_arguments] {
    chosen = [pixel_arguments] { return inspect_pixels(*pixel_arguments); };
  });
}

}  // namespace clipdex::cli
