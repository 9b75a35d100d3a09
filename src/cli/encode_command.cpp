#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "clipdex/model.hpp"

namespace clipdex::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "--raw promises little-endian floats");

struct Arguments {
  std::vector<std::string> items;  ///< files or texts
  bool json = false;
  std::filesystem::path raw_file;
};

struct EncodedItem {
  std::string name;
  Embedding vector;  ///< empty when it failed
};

std::string format_json_vectors(const std::vector<EncodedItem>& items, std::string_view key,
                                const Model& model) {
  nlohmann::ordered_json document;
  document["model"] = model.name();
  document["vectors"] = nlohmann::ordered_json::array();
  for (const EncodedItem& item : items) {
    if (item.vector.empty()) continue;
    document["vectors"].push_back(nlohmann::ordered_json{
        {std::string(key), to_valid_utf8(item.name)}, {"vector", item.vector}});
  }
  return document.dump() + "\n";
}

std::string format_for_people(const std::vector<EncodedItem>& items) {
  constexpr std::size_t kValuesShown = 4;
  std::string text;
  for (const EncodedItem& item : items) {
    if (item.vector.empty()) continue;
    text += fmt::format("{}: {} floats [", printable(item.name), item.vector.size());
    for (std::size_t i = 0; i < std::min(kValuesShown, item.vector.size()); ++i) {
      text += fmt::format("{:.4f}, ", item.vector[i]);
    }
    text += "...]\n";
  }
  return text;
}

/// The beginning of a long text, cut between two characters.
std::string_view beginning_of(std::string_view text) {
  std::size_t size = std::min<std::size_t>(text.size(), 40);
  while (size > 0 && size < text.size() && (text[size] & '\xC0') == '\x80') --size;
  return text.substr(0, size);
}

/// One row of float32 for every item, in order; a failed one is a row of zeros, so that row i is
/// item i.
void write_raw(const std::filesystem::path& file, const std::vector<EncodedItem>& items,
               const Model& model) {
  std::size_t dimension = 0;
  for (const EncodedItem& item : items) dimension = std::max(dimension, item.vector.size());
  if (dimension == 0) dimension = model.identity().dimension;
  std::vector<float> rows(items.size() * dimension);
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::copy(items[i].vector.begin(), items[i].vector.end(),
              rows.begin() + static_cast<std::ptrdiff_t>(i * dimension));
  }
  (void)write_file_atomically(file, std::as_bytes(std::span(rows))).value_or_throw();
}

int print_vectors(const Settings& settings, const Arguments& arguments, const Model& model,
                  const std::vector<EncodedItem>& items, std::string_view key) {
  if (model.is_demo()) print_demo_note(settings);
  if (!arguments.raw_file.empty()) {
    write_raw(arguments.raw_file, items, model);
  } else if (arguments.json) {
    print_result(format_json_vectors(items, key, model));
  } else {
    print_result(format_for_people(items));
  }
  const bool all = std::none_of(items.begin(), items.end(),
                                [](const EncodedItem& item) { return item.vector.empty(); });
  return all ? kDone : kNothingFoundOrSomeFailed;
}

int encode_images(const Settings& settings, const Arguments& arguments) {
  Model model(settings.library.model, ModelTuning::latency, settings.library.precision);
  std::vector<EncodedItem> items;
  for (const std::string& file : arguments.items) {
    Result<Embedding> vector = model.encode_image(file);
    if (!vector) print_error(vector.error().message);
    items.push_back({file, vector ? std::move(vector).value() : Embedding{}});
  }
  return print_vectors(settings, arguments, model, items, "image");
}

int encode_texts(const Settings& settings, const Arguments& arguments) {
  Model model(settings.library.model, ModelTuning::latency, settings.library.precision);
  std::vector<EncodedItem> items;
  for (const std::string& text : arguments.items) {
    bool was_cut = false;
    items.push_back({text, model.encode_text(text, &was_cut)});
    if (was_cut) {
      print_note(settings,
                 fmt::format("the text \"{}\" is longer than the model takes; its end was "
                             "ignored",
                             beginning_of(text)));
    }
  }
  return print_vectors(settings, arguments, model, items, "text");
}

using Encode = int (*)(const Settings&, const Arguments&);

void add_kind(CLI::App& parent, const char* name, const char* item, const char* help, Encode encode,
              Settings& settings, Command& chosen) {
  CLI::App* command = parent.add_subcommand(name, help);
  auto arguments = std::make_shared<Arguments>();
  command->add_option(item, arguments->items, "What to encode")->required();
  add_model_option(*command, settings);
  add_precision_option(*command, settings);
  CLI::Option_group* form = command->add_option_group("Output");
  form->add_flag("--json", arguments->json, "One JSON object with the vectors in full");
  form->add_option("--raw", arguments->raw_file,
                   "Write the vectors to a file: rows of float32, little-endian, a failed item as "
                   "zeros");
  form->require_option(0, 1);
  command->callback([&settings, &chosen, arguments, encode] {
    chosen = [&settings, arguments, encode] { return encode(settings, *arguments); };
  });
}

}  // namespace

void add_encode_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("encode", "Turn images or texts into vectors; nothing is stored");
  command->require_subcommand(1);
  add_kind(*command, "image", "FILE", "Image files", encode_images, settings, chosen);
  add_kind(*command, "text", "TEXT", "Texts, each one argument", encode_texts, settings, chosen);
}

}  // namespace clipdex::cli
