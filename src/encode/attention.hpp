/// Attention of several heads over queries, keys and values that one linear layer gave.
#pragma once

#include <cstddef>

#include "encode/parts.hpp"

namespace clipdex::encode {

/// A matrix that is added to the scores [T, T] of all heads and items. Owns nothing.
struct AttentionMask {
  const float* values = nullptr;  ///< nothing: no mask
  std::size_t row_stride = 0;     ///< from one query's row to the next; 0: one row for all queries
  std::size_t column_stride = 0;  ///< from one key to the next, 1; 0: one value for all keys
};

/// What stays the same from call to call.
struct AttentionSpec {
  std::size_t heads = 0;      ///< H, at least 1
  std::size_t head_size = 0;  ///< d, at least 1
  float scale = 1;            ///< a score is scale · q·k
  bool causal = false;        ///< a query sees only keys that do not stand after it
};

/// For each of B items and H heads: softmax(scale · Q·Kᵀ + mask) · V, in float32. A query for
/// which every key is masked by -infinity gives zeros. An item does not depend on the others, not
/// even in its last bit.
///
/// @param qkv     [items, tokens, 3 · H · d]: in a token's row all queries, all keys, all values,
///                the heads one after another in each
/// @param queries how many tokens of each item, the first ones, ask; from 1 to `tokens`
/// @param output  [items, queries, H · d], written; must not overlap `qkv`
/// @param run_parts spreads large work over threads
/// Thread-safe: each thread keeps a buffer for the scores of a head, and for its keys.
/// Throws `std::bad_alloc`.
void attention(const AttentionSpec& spec, const float* qkv, std::size_t items, std::size_t tokens,
               std::size_t queries, const AttentionMask& mask, float* output,
               const RunParts& run_parts = run_parts_here);

}  // namespace clipdex::encode
