#include <memory>
#include <mutex>

#include "encode/encoders.hpp"

namespace clipdex::encode {
namespace {

/// Loads each tower once, when it is first asked for. A failed load is tried again by the next
/// call.
class PackageTowers final : public Towers {
 public:
  PackageTowers(model::Package package, Tuning tuning)
      : package_(std::move(package)), tuning_(tuning) {}

  ImageEncoder& image() override {
    const std::lock_guard lock(mutex_);
    if (!image_) image_ = load_image_encoder(package_, tuning_).value_or_throw();
    return *image_;
  }

  TextEncoder& text() override {
    const std::lock_guard lock(mutex_);
    if (!text_) text_ = load_text_encoder(package_, tuning_).value_or_throw();
    return *text_;
  }

 private:
  const model::Package package_;
  const Tuning tuning_;
  std::mutex mutex_;
  std::unique_ptr<ImageEncoder> image_;
  std::unique_ptr<TextEncoder> text_;
};

}  // namespace

std::unique_ptr<Towers> make_towers(const model::Package& package, Tuning tuning) {
  return std::make_unique<PackageTowers>(package, tuning);
}

}  // namespace clipdex::encode
