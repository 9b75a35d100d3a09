#include "encode/optimize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "encode/encoders.hpp"
#include "encode/staging.hpp"
#include "encode/tower.hpp"
#include "encode/tower_optimizer.hpp"
#include "image/resize.hpp"
#include "model/graph_file.hpp"

namespace clipdex::encode {
namespace {

constexpr std::uint64_t kPictureBytesMax = 64 << 20;
constexpr int kPicturesMin = 8;  // With fewer images, made-up ones are added.
constexpr std::size_t kSampleEvery = 8;

/// Every eighth item, so that each kind of it is there.
template <class Item>
std::vector<Item> sample_of(const std::vector<Item>& items) {
  std::vector<Item> sample;
  for (std::size_t place = 0; place < items.size(); place += kSampleEvery) {
    sample.push_back(items[place]);
  }
  return sample;
}

/// One run over one package.
class Optimisation {
 public:
  Optimisation(model::Package package, const OptimizeOptions& options)
      : package_(std::move(package)), options_(options), staging_(package_.directory) {
    package_.variant.reset();
  }

  std::vector<VariantReport> run() {
    if (!package_.has_image_tower()) {
      throw Exception(ErrorCode::unsupported,
                      fmt::format("{} has a text tower alone, and only a package with both towers "
                                  "can be optimised",
                                  package_.directory.native()));
    }
    originals_ = model::original_hashes(package_).value_or_throw();
    say("reading the images of the proof");
    read_pictures();
    TowerOptimizer image(image_task());
    TowerOptimizer text(text_task());
    std::vector<VariantReport> reports;
    for (const ModelPrecision precision : options_.precisions) {
      reports.push_back(make(precision, image, text));
    }
    return reports;
  }

 private:
  void say(std::string_view what) {
    doing_ = what;
    tick();
  }

  void tick() const {
    if (!options_.progress || options_.progress(doing_)) return;
    throw Exception(ErrorCode::stopped, "stopped; nothing was written");
  }

  void read_pictures() {
    for (const auto& file : options_.images) {
      tick();
      const Result<FileContent> content = read_file(file, kPictureBytesMax);
      if (!content) continue;
      const auto decoded =
          image::decode(content.value().bytes, {.fidelity = image::Fidelity::fast,
                                                .side_needed = package_.preprocess.size,
                                                .pixels_max = 0});
      if (!decoded) continue;
      pictures_.push_back(image::resize_and_crop(decoded.value().pixels, package_.preprocess));
    }
    if (pictures_.size() >= kPicturesMin) return;
    for (image::Raster& picture : made_up_pictures(package_.preprocess.size, kPicturesMin)) {
      pictures_.push_back(std::move(picture));
    }
  }

  /// A package whose towers are those of a candidate, of which one is in the scratch directory.
  model::Package candidate_package(const TowerGraph& tower) {
    const auto file = staging_.scratch() / "candidate.onnx";
    model::write_graph_file(tower.graph.to_model(), file, model::FilePurpose::scratch);
    model::Package candidate = package_;
    candidate.variant = model::Variant{staging_.scratch(), file, file, tower.text_stops_at_end};
    return candidate;
  }

  template <class Load, class Item>
  TowerTask task(std::string name, const std::filesystem::path& file, Load load,
                 const std::vector<Item>& items) {
    say(fmt::format("{} tower: the original", name));
    TowerTask task;
    task.name = name;
    task.file = file;
    task.scratch = staging_.scratch();
    task.probe_items = probe_items();
    const Tick go_on = [this] { tick(); };
    task.original = encode_all(*load(package_), items, go_on);
    task.original_sample = sample_of(task.original);
    task.encode = [this, load, go_on, &items](const TowerGraph& tower, bool is_sample) {
      const auto encoder = load(candidate_package(tower));
      if (!is_sample) return encode_all(*encoder, items, go_on);
      return encode_all(*encoder, sample_of(items), go_on);
    };
    say(fmt::format("{} tower: passes", name));
    return task;
  }

  TowerTask image_task() {
    const auto load = [](const model::Package& package) {
      return load_image_encoder(package, Tuning::throughput).value_or_throw();
    };
    TowerTask made = task("image", package_.visual_graph, load, pictures_);
    made.output_names = kImageOutputs;
    return made;
  }

  TowerTask text_task() {
    const auto load = [](const model::Package& package) {
      return load_text_encoder(package, Tuning::latency).value_or_throw();
    };
    TowerTask made = task("text", package_.textual_graph, load, texts_);
    made.output_names = kTextOutputs;
    return made;
  }

  ProbeItems probe_items() const {
    const auto tokenizer = model::load_tokenizer(package_).value_or_throw();
    ProbeItems items{.image_size = package_.preprocess.size, .texts = {}, .pad_id = 0};
    items.pad_id = package_.text.pad_id;
    for (const char* text : {"a red car", "a dog", "the sea at night"}) {
      text::TextSpec spec = package_.text;
      spec.fixed_length = false;
      items.texts.push_back(
          text::fit_to_context(tokenizer->encode(text), spec, tokenizer->end_id()).ids);
    }
    return items;
  }

  VariantReport make(ModelPrecision precision, TowerOptimizer& image, TowerOptimizer& text) {
    const bool is_int8 = precision == ModelPrecision::int8;
    VariantReport report;
    report.precision = precision;
    report.directory = model::variant_directory(package_, precision);
    say(fmt::format("{}: image tower", model::precision_name(precision)));
    const TowerOptimizer::Form visual = is_int8 ? image.int8() : image.float32();
    say(fmt::format("{}: text tower", model::precision_name(precision)));
    const TowerOptimizer::Form textual = is_int8 ? text.int8() : text.float32();
    report.manifest.program_version = options_.program_version;
    report.manifest.originals = originals_;
    for (const auto* form : {&visual, &textual}) {
      auto& passes = report.manifest.passes;
      passes.insert(passes.end(), form->passes.begin(), form->passes.end());
      report.manifest.proofs.push_back(form->proof);
      if (report.problem.empty()) report.problem = form->problem;
    }
    if (!report.problem.empty()) return report;
    if (!visual.is_changed && !textual.is_changed) {
      report.problem = "no pass knows a part of its graphs";
      return report;
    }
    report.manifest.text_stops_at_end = textual.tower->text_stops_at_end;
    say(fmt::format("{}: writing", model::precision_name(precision)));
    write(report, *visual.tower, *textual.tower);
    return report;
  }

  void write(VariantReport& report, const TowerGraph& visual, const TowerGraph& textual) {
    const auto place = staging_.new_directory();
    model::write_graph_file(visual.graph.to_model(), place / "visual.onnx",
                            model::FilePurpose::to_keep);
    model::write_graph_file(textual.graph.to_model(), place / "textual.onnx",
                            model::FilePurpose::to_keep);
    for (const auto& entry : std::filesystem::directory_iterator(place)) {
      report.manifest.files[entry.path().filename().native()] =
          sha256_file(entry.path()).value_or_throw();
    }
    const std::string text = model::manifest_text(report.manifest);
    (void)write_file_atomically(place / "manifest.json", std::as_bytes(std::span(text)))
        .value_or_throw();
    staging_.move_into_place(place, report.directory);
    report.written = true;
  }

  model::Package package_;
  const OptimizeOptions& options_;
  Staging staging_;
  std::map<std::string, std::string> originals_;
  std::vector<image::Raster> pictures_;
  const std::vector<std::string> texts_ = proof_texts();
  std::string doing_;
};

}  // namespace

std::vector<VariantReport> optimize_package(const model::Package& package,
                                            const OptimizeOptions& options) {
  return Optimisation(package, options).run();
}

}  // namespace clipdex::encode
