/// The work of `clip_manage`: fill a library through image encoders, and search it through a text
/// encoder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dds/node.hpp"
#include "dds/parameters.hpp"
#include "nodes/stop_signal.hpp"

namespace clipdex::nodes {

enum class ManageMode { store, query };

/// The parameters of the node, as docs/ros2.md lists them.
struct ManageParameters {
  ManageMode mode = ManageMode::store;
  std::string db_file;
  std::string storage_folder;  ///< empty: the folders that the library knows
  std::string result_folder;
  std::string text;
  std::string image;  ///< a file to search by; `text` does not count then
  std::size_t topk = 0;
  std::optional<double> threshold;
  std::chrono::milliseconds timeout{};
  std::vector<std::string> image_servers;
  std::string text_server;
};

/// Declares them, read-only. Throws `invalid_argument` for values that they cannot have.
ManageParameters declare_manage_parameters(dds::Parameters& declared);

/// Brings the library up to date with the storage folder: only files that are new or changed are
/// encoded. Says at the end "Storage finish, current num of database: N.".
/// @param stop what is in flight is finished and stored then
/// @return 0; 1 when some files failed, or it was stopped
/// Throws as `EncoderPool`, `RemoteEncoder::probe` and `Library::index`.
int store_images(dds::Node& node, StopSignal& stop, const ManageParameters& parameters);

/// Searches, says "Query Result PATH, similarity: S" for each hit, best first, and fills the result
/// folder with links named by rank and a page that shows them.
/// @return 0; 1 when nothing was found
/// Throws `wrong_model` when the query's vector is of another space than the library's, and as
/// `EncoderPool`, `Library::search_vector` and `write_result_page`.
int query_images(dds::Node& node, StopSignal& stop, const ManageParameters& parameters);

}  // namespace clipdex::nodes
