/// A node's log on the topic /rosout.
#pragma once

#include <functional>
#include <memory>

#include "dds/logger.hpp"

namespace clipdex::dds {

class RawWriter;

/// A sink for `Logger` that sends each record as `rcl_interfaces/msg/Log`.
/// @param writer of rt/rosout, shared with the sink
std::function<void(const LogRecord&)> make_rosout_sink(std::shared_ptr<RawWriter> writer);

}  // namespace clipdex::dds
