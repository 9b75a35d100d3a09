#include <fmt/chrono.h>
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "cli/commands.hpp"

namespace clipdex::cli {
namespace {

struct Arguments {
  bool failures = false;
  bool json = false;
};

std::string format_bytes(std::uint64_t bytes) {
  constexpr double kKiB = 1024;
  const auto size = static_cast<double>(bytes);
  if (size < kKiB * kKiB) return fmt::format("{:.0f} KiB", size / kKiB);
  if (size < kKiB * kKiB * kKiB) return fmt::format("{:.1f} MiB", size / kKiB / kKiB);
  return fmt::format("{:.2f} GiB", size / kKiB / kKiB / kKiB);
}

std::string format_time(std::int64_t time_s) {
  if (time_s == 0) return "never completely";
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(time_s)));
}

std::string format_for_people(const LibraryStatus& status) {
  std::string text = fmt::format(
      "library   {} ({})\nimages    {}\nfailed    {}\nothers    {} files that are no images\n",
      printable(status.file.native()), format_bytes(status.file_bytes), status.ready, status.failed,
      status.not_images);
  if (status.snapshot_bytes > 0) {
    text += fmt::format("snapshot  {} of vectors, for searches to start quickly\n",
                        format_bytes(status.snapshot_bytes));
  }
  for (const LibraryStatus::RootStatus& root : status.roots) {
    text += fmt::format("folder    {}: {} images, indexed {}{}\n", printable(root.path),
                        root.images, format_time(root.indexed_at_s),
                        root.present ? "" : ", NOT THERE NOW (its images are kept)");
    for (const std::string& pattern : root.excludes) {
      text += fmt::format("          without {}\n", printable(pattern));
    }
  }
  for (const LibraryStatus::ModelStatus& model : status.models) {
    text += fmt::format("model     {}{}: {} vectors of {} floats, {}{}\n", printable(model.name),
                        model.is_demo ? " (the small demo model)" : "", model.vectors,
                        model.identity.dimension, model.identity.hash.substr(0, 12),
                        model.active ? ", used by searches" : "");
  }
  return text;
}

std::string format_failures(const LibraryStatus& status) {
  std::string text;
  for (const FailedFile& failure : status.failures) {
    text += fmt::format("{}: {}\n", display_path(failure.path), printable(failure.message));
  }
  return text;
}

std::string format_json(const LibraryStatus& status) {
  nlohmann::ordered_json document{{"library", to_valid_utf8(status.file.native())},
                                  {"bytes", status.file_bytes},
                                  {"snapshot_bytes", status.snapshot_bytes},
                                  {"images", status.ready},
                                  {"failed", status.failed},
                                  {"not_images", status.not_images}};
  document["folders"] = nlohmann::ordered_json::array();
  for (const LibraryStatus::RootStatus& root : status.roots) {
    document["folders"].push_back({{"path", to_valid_utf8(root.path)},
                                   {"images", root.images},
                                   {"present", root.present},
                                   {"indexed_at", root.indexed_at_s}});
  }
  document["models"] = nlohmann::ordered_json::array();
  for (const LibraryStatus::ModelStatus& model : status.models) {
    document["models"].push_back({{"name", to_valid_utf8(model.name)},
                                  {"identity", model.identity.hash},
                                  {"dimension", model.identity.dimension},
                                  {"vectors", model.vectors},
                                  {"active", model.active}});
  }
  document["failures"] = nlohmann::ordered_json::array();
  for (const FailedFile& failure : status.failures) {
    document["failures"].push_back({{"path", to_valid_utf8(failure.path)},
                                    {"code", error_code_name(failure.code)},
                                    {"message", to_valid_utf8(failure.message)}});
  }
  return document.dump() + "\n";
}

}  // namespace

void add_status_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("status", "Show what the library holds: counts, folders, model, failures");
  auto arguments = std::make_shared<Arguments>();
  add_library_option(*command, settings);
  command->add_flag("--failures", arguments->failures,
                    "List the files that could not be indexed, and why");
  command->add_flag("--json", arguments->json, "One JSON object")->excludes("--failures");
  command->callback([&settings, &chosen, arguments] {
    chosen = [&settings, arguments] {
      const LibraryStatus status = Library(settings.library).status();
      print_result(arguments->json       ? format_json(status)
                   : arguments->failures ? format_failures(status)
                                         : format_for_people(status));
      return kDone;
    };
  });
}

}  // namespace clipdex::cli
