#include "text/tokenizer.hpp"

namespace clipdex::text {

FittedTokens fit_to_context(std::vector<TokenId> ids, const TextSpec& spec,
                            std::optional<TokenId> end_id) {
  FittedTokens fitted;
  fitted.was_cut = ids.size() > spec.context_length;
  if (fitted.was_cut) {
    ids.resize(spec.context_length);
    if (end_id && !ids.empty()) ids.back() = *end_id;
  }
  fitted.used = ids.size();
  if (spec.fixed_length) ids.resize(spec.context_length, spec.pad_id);
  fitted.ids = std::move(ids);
  return fitted;
}

}  // namespace clipdex::text
