/// Activations as exporters spell them out. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "model/graph.hpp"

namespace clipdex::model {

struct Activation {
  std::string name;    ///< "gelu", "gelu_tanh" or "quick_gelu", as `QuantizedLinear` calls them
  std::string output;  ///< the value that holds the activated numbers
};

/// The activation that is computed from a value by nodes that nobody else needs, however it is
/// written: the nodes are evaluated at a few hundred numbers, and what agrees with one of the known
/// functions within 1e-5 is that function. Nothing where none does.
/// The functions: x·Φ(x) (Hendrycks and Gimpel, "Gaussian error linear units", 2016), its
/// approximation with tanh there, and x·σ(1.702·x) there.
std::optional<Activation> match_activation(const Graph& graph, const std::string& value);

}  // namespace clipdex::model
