/// Bringing in the `clip.db` of the TogetheROS box (`clipdex import clip.db`).
#pragma once

#include <filesystem>
#include <string_view>

#include "clipdex/progress.hpp"
#include "store/catalogue.hpp"
#include "store/import_writer.hpp"

namespace clipdex::store {

/// Whether a file is a `clip.db` of the TogetheROS box. False for anything else, also for no file.
bool is_togetheros_file(const std::filesystem::path& file);

/// Throws what `import_togetheros` throws about a `source` that is no such file; changes nothing.
void require_togetheros_file(const std::filesystem::path& source);

/// Reads the table `ClipItems` of `source`, which is never written to, and puts its images and
/// vectors into `library`. Doing it again adds nothing.
///
/// The vectors, scaled to unit length, form an embedding space of their own, which no model package
/// makes; where the library has no active model yet, it becomes that. A row counts as an image of
/// the path in its `url` (a relative one starts at the folder of `source`, where the box was
/// started); it belongs to no root until a folder around it is indexed, which then keeps the vector
/// beside its own, as long as the file is not newer than the row. Vectors of another dimension than
/// most have, texts, and rows without path or vector are refused.
///
/// Format: table ClipItems(id, timestamp in ms, type 1 = image, name, text, url, feature float32
/// BLOB, extra) as written by `clip_manage` of https://github.com/D-Robotics/hobot_clip. Errors:
/// `not_found`, `unreadable`, `corrupt`, `unsupported` (another kind of file) about `source`, and
/// those of writing. What was imported before one stays.
ImportReport import_togetheros(Catalogue& library, const std::filesystem::path& source,
                               const ProgressCallback& progress = {});

}  // namespace clipdex::store
