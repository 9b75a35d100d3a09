/// How both encoders turn what goes wrong while loading into one clear sentence. Private to this
/// room.
#pragma once

#include <memory>

#include "clipdex/error.hpp"
#include "model/package.hpp"

namespace clipdex::encode {

/// What `make` gives, or the error that it throws. ONNX Runtime words a missing file of weights in
/// its own way, so a refusal is looked at again: when the package itself is not whole, that is the
/// answer.
template <class Encoder, class Make>
Result<std::unique_ptr<Encoder>> load(const model::Package& package, Make make) {
  try {
    return std::unique_ptr<Encoder>(make());
  } catch (const Exception& exception) {
    if (exception.code() == ErrorCode::corrupt) {
      const auto files = model::package_files(package);
      if (!files) return files.error();
    }
    return exception.error();
  }
}

}  // namespace clipdex::encode
