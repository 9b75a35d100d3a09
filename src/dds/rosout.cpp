#include "dds/rosout.hpp"

#include <utility>

#include "dds/endpoint.hpp"
#include "dds/log_messages.hpp"

namespace clipdex::dds {

std::function<void(const LogRecord&)> make_rosout_sink(std::shared_ptr<RawWriter> writer) {
  return [writer = std::move(writer)](const LogRecord& record) {
    rcl_interfaces::Log log;
    log.stamp = Time::from_nanoseconds(record.time_ns);
    log.level = static_cast<std::uint8_t>(record.severity);
    log.name = record.logger;
    log.msg = record.message;
    log.file = record.file;
    log.function = record.function;
    log.line = record.line;
    writer->write(serialize(log));
  };
}

}  // namespace clipdex::dds
