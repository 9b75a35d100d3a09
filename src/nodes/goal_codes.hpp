/// What the encoders and their clients agree on beyond the message definitions: the numbers of
/// `GetFeatures.Result.error_code`, and the words in `ClipItem.extra`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "dds/clip_messages.hpp"

namespace clipdex::nodes {

/// The `error_code` of a result in which nothing failed.
inline constexpr std::int32_t kGoalOk = 0;

/// The `error_code` for an error; docs/ros2.md lists them. They never change their meaning:
///
///     1 invalid_argument    4 unsupported    7 wrong_model    10 write_failed
///     2 not_found           5 corrupt        8 busy           11 stopped
///     3 unreadable          6 too_large      9 disk_full      12 internal
std::int32_t goal_code_of(ErrorCode code) noexcept;

/// The error behind an `error_code`; `internal` for a number that is none of ours.
ErrorCode error_of_goal_code(std::int32_t code) noexcept;

// Each string of `ClipItem.extra` is "KEY=VALUE". Old servers send none; old clients read none.
inline constexpr std::string_view kModelKey = "model";          ///< 64 digits: the embedding space
inline constexpr std::string_view kDimensionKey = "dimension";  ///< floats a vector
inline constexpr std::string_view kIndexKey = "index";     ///< place in the goal's list, from 0
inline constexpr std::string_view kErrorKey = "error";     ///< "CODE: SENTENCE"; no feature then
inline constexpr std::string_view kStampKey = "stamp";     ///< of a frame: "SECONDS.NANOSECONDS"
inline constexpr std::string_view kFrameKey = "frame_id";  ///< of a frame

std::string extra_word(std::string_view key, std::string_view value);

/// The value of the first word with this key.
std::optional<std::string> find_extra(const std::vector<std::string>& extra, std::string_view key);

/// The words that say to which embedding space a vector belongs.
std::vector<std::string> model_words(const ModelIdentity& identity);

/// The identity in an item's words, or nothing when they do not hold both parts.
std::optional<ModelIdentity> find_model(const std::vector<std::string>& extra);

/// The word for a failed item, and the error in an item's words.
std::string error_word(const Error& error);
std::optional<Error> find_error(const std::vector<std::string>& extra);

}  // namespace clipdex::nodes
