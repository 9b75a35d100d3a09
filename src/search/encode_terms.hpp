/// From the terms of a query to their vectors.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "clipdex/query.hpp"
#include "clipdex/types.hpp"
#include "encode/encoders.hpp"

namespace clipdex::search {

/// Asks for the towers that these terms need, so that their loading is over before time is taken.
/// Throws as `encode::Towers`.
void load_towers(std::span<const QueryTerm> terms, encode::Towers& towers);

/// The unit vector of each term, in order; no terms give none. Image files and addresses are read
/// here. Appends a sentence to `notices` for each text that the model saw only in part. Throws
/// `Exception` with the error of the first term that has no vector; the message names the file or
/// address of an image that cannot be read.
std::vector<Embedding> encode_terms(std::span<const QueryTerm> terms, encode::Towers& towers,
                                    std::vector<std::string>& notices);

}  // namespace clipdex::search
