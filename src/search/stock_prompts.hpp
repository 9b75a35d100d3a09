/// Texts that are searched for in no library, to see what a score is worth.
#pragma once

#include <span>
#include <string_view>

namespace clipdex::search {

/// Changes whenever the prompts do, so that what was computed from others is recognised.
inline constexpr int kStockPromptsVersion = 1;

/// A hundred texts: things that photographs and drawings show, in English and Chinese, and texts
/// that no picture shows. A library will have pictures of some of the former, which does no harm:
/// a score is held against all of them. Static lifetime.
std::span<const std::string_view> stock_prompts() noexcept;

}  // namespace clipdex::search
