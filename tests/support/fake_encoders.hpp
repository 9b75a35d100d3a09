/// Encoders without a model: what they answer is plain to see, and they remember what was asked.
#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "encode/encoders.hpp"
#include "support/random_vectors.hpp"

namespace clipdex::test {

/// Floats a vector of the fakes, unless a test asks for another number of at least 4.
inline constexpr std::size_t kFakeDimension = 16;

/// The unit vector of a mean colour, each channel from 0 to 255: its channels in the first three
/// places and a small constant in the fourth, so that black has a direction too.
inline Embedding colour_vector(double red, double green, double blue,
                               std::size_t dimension = kFakeDimension) {
  Embedding vector(dimension);
  const double parts[] = {red / 255, green / 255, blue / 255, 0.1};
  double squares = 0;
  for (const double part : parts) squares += part * part;
  for (std::size_t i = 0; i < 4; ++i) {
    vector[i] = static_cast<float>(parts[i] / std::sqrt(squares));
  }
  return vector;
}

/// Answers with the `colour_vector` of each square. Thread-safe.
class FakeImageEncoder final : public encode::ImageEncoder {
 public:
  explicit FakeImageEncoder(std::size_t dimension = kFakeDimension, std::size_t batch_best = 4)
      : dimension_(dimension), batch_best_(batch_best) {
    preprocess_.size = 8;
  }

  const image::PreprocessSpec& preprocess() const override { return preprocess_; }
  std::size_t dimension() const override { return dimension_; }
  std::size_t batch_best() const override { return batch_best_; }

  /// Throws `error` from the call after `calls` further ones on, until `stop_failing`.
  void fail_after(std::size_t calls, Error error) {
    const std::lock_guard lock(mutex_);
    calls_left_ = calls;
    error_ = std::move(error);
  }
  void stop_failing() {
    const std::lock_guard lock(mutex_);
    error_.reset();
  }

  /// Calls `hook` at the beginning of every call of `encode`, on the thread of that call. To be set
  /// before the calls begin.
  void on_encode(std::function<void()> hook) { hook_ = std::move(hook); }

  /// How many squares each call brought, in the order of the calls; failed calls are not in it.
  std::vector<std::size_t> batch_sizes() const {
    const std::lock_guard lock(mutex_);
    return batch_sizes_;
  }
  /// How many squares were encoded.
  std::size_t images() const {
    std::size_t sum = 0;
    for (const std::size_t size : batch_sizes()) sum += size;
    return sum;
  }

  std::vector<Embedding> encode(std::span<const image::Raster> squares) override {
    if (hook_) hook_();
    {
      const std::lock_guard lock(mutex_);
      if (error_ && calls_left_ == 0) throw Exception(*error_);
      if (error_) --calls_left_;
      batch_sizes_.push_back(squares.size());
    }
    std::vector<Embedding> vectors;
    for (const image::Raster& square : squares) vectors.push_back(vector_of(square));
    return vectors;
  }

  /// What `encode` answers for one square.
  Embedding vector_of(const image::Raster& square) const {
    double sums[3] = {0, 0, 0};
    for (std::size_t i = 0; i < square.rgb.size(); ++i) sums[i % 3] += square.rgb[i];
    const double pixels = static_cast<double>(square.rgb.size()) / 3;
    return colour_vector(sums[0] / pixels, sums[1] / pixels, sums[2] / pixels, dimension_);
  }

 private:
  const std::size_t dimension_;
  const std::size_t batch_best_;
  image::PreprocessSpec preprocess_;
  std::function<void()> hook_;
  mutable std::mutex mutex_;
  std::vector<std::size_t> batch_sizes_;
  std::size_t calls_left_ = 0;
  std::optional<Error> error_;
};

/// Answers with the vector that a test chose for a text, else with one that depends on the text
/// only. Thread-safe.
class FakeTextEncoder final : public encode::TextEncoder {
 public:
  explicit FakeTextEncoder(std::size_t dimension = kFakeDimension) : dimension_(dimension) {}

  std::size_t dimension() const override { return dimension_; }

  /// Chooses the vector of a text; it should have unit length and the dimension of this encoder.
  void set_vector(const std::string& text, Embedding vector) {
    const std::lock_guard lock(mutex_);
    chosen_[text] = std::move(vector);
  }
  /// Says of a text from now on that it was too long and has been cut.
  void set_cut(const std::string& text) {
    const std::lock_guard lock(mutex_);
    cut_.insert(text);
  }
  /// Throws `error` from every call from now on; an empty one ends that.
  void fail_with(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }

  /// Every text that was asked for, in the order of the calls.
  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

  encode::EncodedText encode(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    if (error_) throw Exception(*error_);
    const std::string key(text);
    texts_.push_back(key);
    const auto chosen = chosen_.find(key);
    return {.vector = chosen != chosen_.end() ? chosen->second : own_vector(text),
            .was_cut = cut_.contains(key)};
  }

 private:
  Embedding own_vector(std::string_view text) const {
    const ContentHash hash = content_hash(std::as_bytes(std::span(text)));
    std::uint32_t seed = 0;
    for (std::size_t i = 0; i < 4; ++i) seed = seed << 8 | hash[i];
    return random_unit_vectors(1, dimension_, seed).front();
  }

  const std::size_t dimension_;
  mutable std::mutex mutex_;
  std::map<std::string, Embedding> chosen_;
  std::set<std::string> cut_;
  std::optional<Error> error_;
  std::vector<std::string> texts_;
};

/// Both fakes, which a test reaches as members; counts how often each tower was asked for.
class FakeTowers final : public encode::Towers {
 public:
  explicit FakeTowers(std::size_t dimension = kFakeDimension)
      : image_encoder(dimension), text_encoder(dimension) {}

  encode::ImageEncoder& image() override {
    ++image_calls;
    return image_encoder;
  }
  encode::TextEncoder& text() override {
    ++text_calls;
    return text_encoder;
  }

  FakeImageEncoder image_encoder;
  FakeTextEncoder text_encoder;
  std::atomic<int> image_calls = 0;
  std::atomic<int> text_calls = 0;
};

}  // namespace clipdex::test
