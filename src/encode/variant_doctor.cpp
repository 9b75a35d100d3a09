#include "encode/variant_doctor.hpp"

#include <fmt/format.h>

#include "encode/encoders.hpp"
#include "encode/proof.hpp"
#include "model/variant.hpp"

namespace clipdex::encode {
namespace {

constexpr int kPictures = 5;
constexpr std::size_t kTexts = 24;

/// Pictures and texts through both towers of a package.
struct Vectors {
  std::vector<Embedding> images;
  std::vector<Embedding> texts;
};

Vectors vectors_of(const model::Package& package) {
  const auto image = load_image_encoder(package, Tuning::throughput).value_or_throw();
  const auto text = load_text_encoder(package, Tuning::latency).value_or_throw();
  const auto pictures = made_up_pictures(package.preprocess.size, kPictures);
  std::vector<std::string> texts = proof_texts();
  texts.resize(kTexts);
  const Tick go_on = [] {};
  return {encode_all(*image, pictures, go_on), encode_all(*text, texts, go_on)};
}

Check check_of(std::string name, bool passed, std::string detail) {
  return {std::move(name), passed ? CheckState::passed : CheckState::failed, std::move(detail)};
}

void examine(const model::Package& package, ModelPrecision precision, std::vector<Check>& checks) {
  const std::string name(model::precision_name(precision));
  model::Package running = package;
  running.variant = model::open_variant(package, precision).value_or_throw();
  const auto file = running.variant->directory / "manifest.json";
  const model::Manifest manifest = model::read_manifest(file).value_or_throw();
  checks.push_back(check_of(name + " variant", true,
                            fmt::format("written by clipdex {}", manifest.program_version)));
  for (const model::PassRecord& pass : manifest.passes) {
    checks.push_back({fmt::format("{} {} {}", name, pass.tower, pass.name),
                      pass.applied ? CheckState::passed : CheckState::skipped, pass.detail});
  }
  for (const model::ProofRecord& proof : manifest.proofs) {
    const Agreement agreement{proof.count, proof.median, proof.worst};
    const Threshold threshold{proof.median_min, proof.worst_min};
    checks.push_back(check_of(fmt::format("{} {} proof", name, proof.tower),
                              threshold.holds(agreement), describe(agreement)));
  }
  const Threshold threshold = precision == ModelPrecision::int8 ? kInt8Threshold : kExactThreshold;
  const Vectors original = vectors_of(package);
  const Vectors variant = vectors_of(running);
  const Agreement images = compare(original.images, variant.images);
  const Agreement texts = compare(original.texts, variant.texts);
  // Made-up pictures are no photographs: what is proved of these holds for the worst of them only.
  checks.push_back(
      check_of(name + " images now", images.worst >= threshold.worst_min, describe(images)));
  checks.push_back(check_of(name + " texts now", threshold.holds(texts), describe(texts)));
}

}  // namespace

std::vector<Check> examine_variants(const model::Package& package) {
  std::vector<Check> checks;
  for (const ModelPrecision precision : {ModelPrecision::int8, ModelPrecision::float32}) {
    std::error_code ignored;
    if (!std::filesystem::exists(model::variant_directory(package, precision), ignored)) continue;
    try {
      examine(package, precision, checks);
    } catch (const Exception& exception) {
      checks.push_back(check_of(fmt::format("{} variant", model::precision_name(precision)), false,
                                exception.what()));
    }
  }
  return checks;
}

}  // namespace clipdex::encode
