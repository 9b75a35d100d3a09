/// Texts that are searched for in no library, to see what a score is worth.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace clipdex::search {

/// Changes whenever the prompts do, so that what was computed from others is recognised.
inline constexpr int kStockPromptsVersion = 1;

/// A hundred texts, in English and Chinese: things that photographs and drawings show, and from
/// `kUnrelatedBegin` on texts that no picture shows. Static lifetime.
std::span<const std::string_view> stock_prompts() noexcept;

/// Where the texts begin to which no library has a right answer.
inline constexpr std::size_t kUnrelatedBegin = 50;

}  // namespace clipdex::search
