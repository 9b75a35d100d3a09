/// The part of the model doctor that looks at optimised variants. Private to this room.
#pragma once

#include <vector>

#include "encode/doctor.hpp"
#include "model/package.hpp"

namespace clipdex::encode {

/// For each variant that lies beside a package: whether it may be used, what each pass did, what
/// was proved when it was written, and how near its vectors are to the original's now, on a few
/// made-up pictures and on texts. Never throws for what is wrong with a variant.
std::vector<Check> examine_variants(const model::Package& package);

}  // namespace clipdex::encode
