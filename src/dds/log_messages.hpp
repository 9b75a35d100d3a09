/// The message of the topic /rosout: package rcl_interfaces, msg/Log.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "dds/action_messages.hpp"
#include "dds/cdr.hpp"

namespace clipdex::dds::rcl_interfaces {

/// msg/Log: one line of a node's log.
struct Log {
  static constexpr const char* kTypeName = "rcl_interfaces::msg::dds_::Log_";
  Time stamp;
  std::uint8_t level = 0;  ///< a `LogSeverity`
  std::string name;        ///< of the logger
  std::string msg;
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  static constexpr auto kFields = std::tuple(&Log::stamp, &Log::level, &Log::name, &Log::msg,
                                             &Log::file, &Log::function, &Log::line);
};

}  // namespace clipdex::dds::rcl_interfaces
