#include "encode/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "encode/album_check.hpp"
#include "encode/encoders.hpp"
#include "encode/ort_session.hpp"
#include "encode/proof.hpp"
#include "encode/reference_data.hpp"
#include "encode/variant_doctor.hpp"

namespace clipdex::encode {
namespace {

constexpr double kUnitTolerance = 1e-5;
constexpr double kBatchTolerance = 1e-4;
constexpr double kReferenceTolerance = 1e-3;  // float16 weights stay well within it
constexpr std::uint64_t kPictureBytesMax = 64 << 20;
constexpr int kPictures = 5;  // one more than a batch, so that batches of different sizes run

double length_error(const Embedding& vector) {
  return std::abs(std::sqrt(cosine(vector, vector)) - 1);
}

std::string describe_tensors(const std::filesystem::path& graph) {
  const OrtSession session(graph, Tuning::latency);
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  for (const TensorSpec& tensor : session.inputs()) inputs.push_back(describe(tensor));
  for (const TensorSpec& tensor : session.outputs()) outputs.push_back(describe(tensor));
  return fmt::format("{} -> {}", fmt::join(inputs, ", "), fmt::join(outputs, ", "));
}

/// One visit: goes through the package from its files to its vectors and writes down what it finds.
class Examination {
 public:
  std::vector<Check> run(const std::filesystem::path& directory,
                         const std::filesystem::path& album) {
    examine_files(directory);
    if (!package_) return std::move(checks_);
    guarded("tokenizer", [&] { examine_tokenizer(); });
    guarded("image tower", [&] { examine_image_tower(); });
    guarded("text tower", [&] { examine_text_tower(); });
    examine_dimensions();
    guarded("reference", [&] { examine_reference(); });
    guarded("album", [&] {
      if (image_ && text_) checks_.push_back(examine_album(*image_, *text_, album));
    });
    for (Check& check : examine_variants(*package_)) checks_.push_back(std::move(check));
    return std::move(checks_);
  }

 private:
  void add(std::string name, bool passed, std::string detail) {
    const CheckState state = passed ? CheckState::passed : CheckState::failed;
    checks_.push_back({std::move(name), state, std::move(detail)});
  }

  void skip(std::string name, std::string detail) {
    checks_.push_back({std::move(name), CheckState::skipped, std::move(detail)});
  }

  /// Whatever a part of the examination throws is its finding.
  template <class Part>
  void guarded(const char* name, Part part) {
    try {
      part();
    } catch (const Exception& exception) {
      add(name, false, exception.what());
    }
  }

  void examine_files(const std::filesystem::path& directory) {
    guarded("files", [&] {
      model::Package package = model::read_package(directory).value_or_throw();
      const auto files = model::package_files(package).value_or_throw();
      add("files", true,
          fmt::format("{} layout, {} files decide the vectors", model::layout_name(package.layout),
                      files.size()));
      add("identity", true, model::package_hash(package).value_or_throw());
      package_ = std::move(package);
    });
  }

  void examine_tokenizer() {
    tokenizer_ = model::load_tokenizer(*package_).value_or_throw();
    add("tokenizer", true, tokenizer_->description());
    std::string text = "a";
    while (text.size() < 2 * package_->text.context_length) text += " a";
    const auto fitted =
        text::fit_to_context(tokenizer_->encode(text), package_->text, tokenizer_->end_id());
    const bool ends = !tokenizer_->end_id() || fitted.ids.back() == *tokenizer_->end_id();
    add("long text", ends && fitted.was_cut && fitted.used == package_->text.context_length,
        fmt::format("cut to {} ids, the last one is {}", fitted.used, fitted.ids.back()));
  }

  void examine_image_tower() {
    if (!package_->has_image_tower()) {
      return skip("image tower", "the package has none: it searches vectors that are there");
    }
    image_ = load_image_encoder(*package_, Tuning::throughput).value_or_throw();
    add("image tower", true, describe_tensors(package_->visual_graph));
    const auto pictures = made_up_pictures(package_->preprocess.size, kPictures);
    const std::vector<Embedding> together = image_->encode(pictures);
    std::vector<Embedding> alone;
    for (const auto& picture : pictures) {
      alone.push_back(image_->encode(std::span(&picture, 1)).front());
    }
    examine_length("image vectors", alone);
    double least = 1;
    for (int at = 0; at < kPictures; ++at) {
      least = std::min(least, cosine(alone[at], together[at]));
    }
    const bool same = least >= 1 - kBatchTolerance;
    add("image batch", same,
        fmt::format("cosine {:.7f} at least between a picture alone and among {}{}", least,
                    kPictures,
                    same ? ""
                         : "; its vectors depend on their neighbours (int8 weights with one "
                           "scale a tensor do this): use another precision of the model"));
    add("image again", image_->encode(pictures) == together, "the same pictures a second time");
  }

  void examine_text_tower() {
    text_ = load_text_encoder(*package_, Tuning::latency).value_or_throw();
    add("text tower", true, describe_tensors(package_->textual_graph));
    std::vector<Embedding> first;
    std::vector<Embedding> again;
    for (const char* text : {"", "a red car", "a diagram with many arrows"}) {
      first.push_back(text_->encode(text).vector);
      again.push_back(text_->encode(text).vector);
    }
    examine_length("text vectors", first);
    add("text again", first == again, "the same texts a second time");
  }

  void examine_length(const char* name, const std::vector<Embedding>& vectors) {
    double worst = 0;
    for (const Embedding& vector : vectors) worst = std::max(worst, length_error(vector));
    add(name, worst <= kUnitTolerance,
        fmt::format("{} dimensions, length 1 within {:.0e}", vectors.front().size(),
                    std::max(worst, double{std::numeric_limits<float>::epsilon()})));
  }

  void examine_dimensions() {
    if (!image_ || !text_) return;
    add("dimensions", image_->dimension() == text_->dimension(),
        fmt::format("image {}, text {}", image_->dimension(), text_->dimension()));
  }

  void examine_reference() {
    const auto data = read_reference_data(package_->directory).value_or_throw();
    if (!data) {
      skip("reference", "the package brings no expected.json with known ids and vectors");
      return;
    }
    if (tokenizer_) examine_reference_tokens(*data);
    if (text_ && image_) examine_reference_vectors(*data);
  }

  void examine_reference_tokens(const ReferenceData& data) {
    const ExpectedText* wrong = nullptr;
    for (const ExpectedText& item : data.texts) {
      if (tokenizer_->encode(item.text) != item.ids) wrong = &item;
    }
    add("reference tokens", wrong == nullptr,
        wrong == nullptr ? fmt::format("{} texts", data.texts.size())
                         : fmt::format("other ids for \"{}\"", wrong->text));
  }

  void examine_reference_vectors(const ReferenceData& data) {
    double least = 1;
    for (const ExpectedText& item : data.texts) {
      least = std::min(least, cosine(item.vector, text_->encode(item.text).vector));
    }
    for (const ExpectedImage& item : data.images) {
      const FileContent content = read_file(item.file, kPictureBytesMax).value_or_throw();
      const Embedding vector =
          encode_image_bytes(*image_, content.bytes, image::Fidelity::exact).value_or_throw();
      least = std::min(least, cosine(item.vector, vector));
    }
    add("reference vectors", least >= 1 - kReferenceTolerance,
        fmt::format("cosine {:.7f} at least over {} texts and {} pictures", least,
                    data.texts.size(), data.images.size()));
  }

  std::vector<Check> checks_;
  std::optional<model::Package> package_;
  std::unique_ptr<const text::Tokenizer> tokenizer_;
  std::unique_ptr<ImageEncoder> image_;
  std::unique_ptr<TextEncoder> text_;
};

}  // namespace

std::vector<Check> examine_package(const std::filesystem::path& directory,
                                   const std::filesystem::path& album) {
  return Examination().run(directory, album);
}

}  // namespace clipdex::encode
