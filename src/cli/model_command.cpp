#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "library/maintenance.hpp"
#include "library/model_tools.hpp"

namespace clipdex::cli {
namespace {

int list_models() {
  std::string text;
  for (const library::ListedModel& model : library::list_models()) {
    text += fmt::format("{}  {}  {}\n", printable(model.name),
                        model.problem.empty() ? model.layout : printable(model.problem),
                        printable(model.directory));
  }
  print_result(text);
  return kDone;
}

int show_model(const std::string& directory_or_name) {
  std::string text;
  for (const auto& [label, value] : library::describe_model(directory_or_name)) {
    text += fmt::format("{:<12} {}\n", label, printable(value));
  }
  print_result(text);
  return kDone;
}

std::string_view state_name(encode::CheckState state) {
  switch (state) {
    case encode::CheckState::passed:
      return "ok";
    case encode::CheckState::failed:
      return "FAILED";
    case encode::CheckState::skipped:
      return "skipped";
  }
  return "";
}

int examine_model(const std::string& directory_or_name) {
  std::string text;
  bool sound = true;
  for (const encode::Check& check : library::examine_model(directory_or_name)) {
    text += fmt::format("{:<8} {:<28} {}\n", state_name(check.state), check.name,
                        printable(check.detail));
    sound = sound && check.state != encode::CheckState::failed;
  }
  print_result(text);
  return sound ? kDone : kNothingFoundOrSomeFailed;
}

std::string describe(const model::PassRecord& pass) {
  return fmt::format("  {:<6} {:<14} {}: {}\n", pass.tower, pass.name,
                     pass.applied ? "applied" : "skipped", printable(pass.detail));
}

std::string describe(const encode::VariantReport& report) {
  std::string text =
      fmt::format("{} {}\n", model::precision_name(report.precision),
                  report.written ? printable(report.directory.native()) : "was not written");
  for (const model::PassRecord& pass : report.manifest.passes) text += describe(pass);
  for (const model::ProofRecord& proof : report.manifest.proofs) {
    text += fmt::format(
        "  {:<6} proof          cosine {:.7f} median, {:.7f} worst of {} (at least {} and {})\n",
        proof.tower, proof.median, proof.worst, proof.count, proof.median_min, proof.worst_min);
  }
  return text;
}

int optimize_model(const Settings& settings, const std::filesystem::path& images) {
  watch_for_interrupt();
  library::OptimizeRequest request;
  request.model = settings.library.model;
  request.precision = settings.library.precision;
  request.images = images;
  request.program_version = CLIPDEX_VERSION;
  std::string shown;
  request.progress = [&](std::string_view what) {
    if (shown != what && !settings.no_progress) print_note(settings, what);
    shown = what;
    return !interrupted();
  };
  bool all = true;
  for (const encode::VariantReport& report : library::optimize_model(request)) {
    print_result(describe(report));
    if (report.written) continue;
    all = false;
    print_error(fmt::format("the {} variant was not written: {}",
                            model::precision_name(report.precision), report.problem));
  }
  return all ? kDone : kNothingFoundOrSomeFailed;
}

}  // namespace

void add_model_command(CLI::App& app, Settings& settings, Command& chosen) {
  CLI::App* command = app.add_subcommand("model", "Look at models");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "The models that can be named");
  list->callback([&chosen] { chosen = list_models; });
  CLI::App* show = command->add_subcommand("show", "What was found in a model package");
  constexpr const char* kModelHelp =
      "A directory, or the name of an installed model; none: CLIPDEX_MODEL, else the demo model";
  show->add_option("MODEL", settings.library.model, kModelHelp);
  show->callback([&settings, &chosen] {
    chosen = [&settings] { return show_model(settings.library.model); };
  });
  CLI::App* doctor = command->add_subcommand("doctor", "Prove a model package by running it");
  doctor->add_option("MODEL", settings.library.model, kModelHelp);
  doctor->callback([&settings, &chosen] {
    chosen = [&settings] { return examine_model(settings.library.model); };
  });
  CLI::App* optimize = command->add_subcommand(
      "optimize", "Write a faster variant of a model beside it, proved on images and texts");
  optimize->add_option("MODEL", settings.library.model, kModelHelp);
  add_precision_option(*optimize, settings, "What to write; auto: int8");
  auto images = std::make_shared<std::filesystem::path>();
  optimize->add_option("--images", *images,
                       "A folder of images for the proof; none: the sample album");
  optimize->callback([&settings, &chosen, images] {
    chosen = [&settings, images] { return optimize_model(settings, *images); };
  });
}

}  // namespace clipdex::cli
