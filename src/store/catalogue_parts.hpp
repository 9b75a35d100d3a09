/// What a `Catalogue` is made of; for the catalogue*.cpp files of this room only.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "store/catalogue.hpp"
#include "store/connection.hpp"
#include "store/writer_lock.hpp"

namespace clipdex::store {

/// The property that holds the id of the model that searches use; the view `ClipItems` reads it
/// too.
inline constexpr const char* kActiveModelKey = "active_model";

/// The property that holds the random bytes of the last snapshot of vectors, in hexadecimal digits.
inline constexpr const char* kSnapshotKey = "snapshot";

/// The lock stands first, so that it is given back last: after the connection has tidied the WAL
/// away.
struct Catalogue::Parts {
  std::optional<WriterLock> lock;  ///< with Access::write
  std::unique_ptr<Connection> connection;
};

}  // namespace clipdex::store
