#include "model/passes.hpp"

#include <array>

namespace clipdex::model {

std::span<const ExactPass> exact_passes() noexcept {
  static constexpr std::array kPasses{
      ExactPass{"float32", widen_float16},      ExactPass{"shapes", settle_shapes},
      ExactPass{"layer norm", fuse_layer_norm}, ExactPass{"attention", fuse_attention},
      ExactPass{"rows", settle_rows},           ExactPass{"pooled token", narrow_to_pooled_token},
      ExactPass{"text end", stop_text_at_end},
  };
  return kPasses;
}

}  // namespace clipdex::model
