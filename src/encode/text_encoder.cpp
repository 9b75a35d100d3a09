#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "encode/encoders.hpp"
#include "encode/load.hpp"
#include "encode/tower.hpp"

namespace clipdex::encode {
namespace {

constexpr std::array<std::string_view, 3> kInputs{"text", "input", "input_ids"};
constexpr std::string_view kMask = "attention_mask";
constexpr std::array kIdTypes{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,
                              ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64};

/// The text tower of any layout, with its tokenizer.
class GraphTextEncoder final : public TextEncoder {
 public:
  GraphTextEncoder(const model::Package& package, Tuning tuning)
      : spec_(package.text),
        tokenizer_(model::load_tokenizer(package).value_or_throw()),
        tower_(package.textual_to_run(), tuning, kTextOutputs),
        ids_(tower_.find_input(kInputs, 2, kIdTypes)),
        mask_(find_mask()) {
    tower_.require_no_other_input(std::array{&ids_, mask_ == nullptr ? &ids_ : mask_});
    if (ids_.dims[1] > 0 && static_cast<std::size_t>(ids_.dims[1]) != spec_.context_length) {
      throw Exception(
          ErrorCode::unsupported,
          fmt::format("{} takes {}, but the description beside it asks for {} ids a "
                      "text; download the model again, with all its files",
                      tower_.session().graph().native(), describe(ids_), spec_.context_length));
    }
    if (ids_.dims[1] > 0) {
      spec_.fixed_length = true;
    } else if (package.variant && package.variant->text_stops_at_end) {
      spec_.fixed_length = false;
    }
    dimension_ = tower_.declared_dimension();
    if (dimension_ == 0) dimension_ = encode("").vector.size();
  }

  std::size_t dimension() const override { return dimension_; }

  EncodedText encode(std::string_view text) override {
    const text::FittedTokens tokens = text::fit_to_context(
        tokenizer_->encode(text::clean_text(text, spec_.cleaning)), spec_, tokenizer_->end_id());
    std::vector<Embedding> vectors;
    if (ids_.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) {
      run<std::int32_t>(tokens, vectors);
    } else {
      run<std::int64_t>(tokens, vectors);
    }
    return {.vector = std::move(vectors.front()), .was_cut = tokens.was_cut};
  }

 private:
  const TensorSpec* find_mask() const {
    const auto& inputs = tower_.session().inputs();
    const bool has_mask = std::any_of(inputs.begin(), inputs.end(),
                                      [](const TensorSpec& input) { return input.name == kMask; });
    return has_mask ? &tower_.find_input(std::array{kMask}, 2, std::array{ids_.type}) : nullptr;
  }

  template <class Id>
  void run(const text::FittedTokens& tokens, std::vector<Embedding>& vectors) {
    const std::size_t length = tokens.ids.size();
    // Where the graph fixes the batch, every row is this text: a row of nothing could give NaN.
    const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(1, ids_.dims[0]));
    std::vector<Id> ids;
    std::vector<Id> seen;
    for (std::size_t row = 0; row < batch; ++row) {
      ids.insert(ids.end(), tokens.ids.begin(), tokens.ids.end());
      seen.insert(seen.end(), tokens.used, 1);
      seen.insert(seen.end(), length - tokens.used, 0);
    }
    const std::array<std::int64_t, 2> dims{static_cast<std::int64_t>(batch),
                                           static_cast<std::int64_t>(length)};
    std::vector<const char*> names{ids_.name.c_str()};
    std::vector<Ort::Value> values;
    values.push_back(tensor_over(std::span(ids), dims));
    if (mask_ != nullptr) {
      names.push_back(mask_->name.c_str());
      values.push_back(tensor_over(std::span(seen), dims));
    }
    tower_.run(names, values, 1, vectors);
  }

  text::TextSpec spec_;
  std::unique_ptr<const text::Tokenizer> tokenizer_;
  Tower tower_;
  const TensorSpec& ids_;  // Both point into tower_, which never moves.
  const TensorSpec* mask_ = nullptr;
  std::size_t dimension_ = 0;
};

}  // namespace

Result<std::unique_ptr<TextEncoder>> load_text_encoder(const model::Package& package,
                                                       Tuning tuning) {
  return load<TextEncoder>(package,
                           [&] { return std::make_unique<GraphTextEncoder>(package, tuning); });
}

}  // namespace clipdex::encode
