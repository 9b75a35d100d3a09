/// What the two encoder nodes share: their parameters, and the mode without a server.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dds/logger.hpp"
#include "dds/parameters.hpp"
#include "nodes/item_encoder.hpp"

namespace clipdex::nodes {

/// Parameters of both nodes. All are read at the start only.
struct EncoderParameters {
  bool is_service = true;       ///< `feed_type` 1; 0: encode what the parameters name, and end
  bool dump_result = false;     ///< without a server: write each vector into a file, too
  std::string model_file_name;  ///< see `open_model`
  std::size_t threads = 1;      ///< that encode; from `threads`, where 0 asks for one a core
};

/// Declares them. Throws `invalid_argument` for values that they cannot have.
EncoderParameters declare_encoder_parameters(dds::Parameters& parameters);

/// Declares a parameter that is on or off, of the type of its default; 0, 1, true and false are
/// all taken, as the old launch files mix them. Throws `invalid_argument` for anything else.
bool declare_switch(dds::Parameters& parameters, std::string_view name, bool default_value,
                    std::string_view text);
bool declare_number_switch(dds::Parameters& parameters, std::string_view name, bool default_value,
                           std::string_view text);

/// Encodes items and prints each on stdout: "ITEM: 512 floats [0.0123, …]"; failed ones go to the
/// log.
/// @param dump_directory where each vector is also written, as float32 in the machine's order;
///   empty: nowhere. Files are named by `dump_name`.
/// @return the exit status
int encode_locally(const std::vector<std::string>& items, ItemEncoder& encoder, dds::Logger& logger,
                   const std::filesystem::path& dump_directory);

/// The file for an item's vector: "clip_image_" and the image's name without its ending, or
/// "clip_text_" and the text's letters and digits, with '_' for everything else; then ".bin".
std::string dump_name(ItemEncoder::Kind kind, std::string_view item);

}  // namespace clipdex::nodes
