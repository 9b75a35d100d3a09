#include "clipdex/model.hpp"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "encode/encoders.hpp"
#include "library/model_locator.hpp"
#include "model/package.hpp"

namespace clipdex {
namespace {

constexpr std::uint64_t kFileBytesMax = 1ULL << 30;

}  // namespace

struct Model::Parts {
  explicit Parts(model::Package found)
      : package(std::move(found)), towers(encode::make_towers(package, encode::Tuning::latency)) {}

  const model::Package package;
  const std::unique_ptr<encode::Towers> towers;
  std::once_flag identity_once;
  ModelIdentity identity;
};

Model::Model(std::string_view directory_or_name)
    : parts_(std::make_unique<Parts>(
          model::read_package(library::locate_model(directory_or_name).value_or_throw())
              .value_or_throw())) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const std::string& Model::name() const { return parts_->package.name; }

bool Model::is_demo() const { return parts_->package.is_demo; }

const ModelIdentity& Model::identity() const {
  std::call_once(parts_->identity_once, [this] {
    parts_->identity = {model::package_hash(parts_->package).value_or_throw(),
                        parts_->towers->text().dimension()};
  });
  return parts_->identity;
}

Embedding Model::encode_text(std::string_view text, bool* was_cut) {
  encode::EncodedText encoded = parts_->towers->text().encode(text);
  if (was_cut != nullptr) *was_cut = encoded.was_cut;
  return std::move(encoded.vector);
}

Result<Embedding> Model::encode_image(const std::filesystem::path& file) {
  Result<FileContent> content = read_file(file, kFileBytesMax);
  if (!content) return content.error();
  Result<Embedding> vector = encode::encode_image_bytes(
      parts_->towers->image(), content.value().bytes, image::Fidelity::fast);
  if (vector) return vector;
  return Error{vector.error().code,
               fmt::format("{}: {}", to_valid_utf8(file.native()), vector.error().message)};
}

}  // namespace clipdex
