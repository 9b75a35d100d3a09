/// One participant with one node, as most tests of the room `dds` need two of.
#pragma once

#include <string>
#include <vector>

#include "dds/graph.hpp"
#include "dds/logger.hpp"
#include "dds/node.hpp"
#include "dds/parameters.hpp"

namespace clipdex::test {

/// A context and a node of the test's own domain, whose log is collected.
struct Side {
  explicit Side(const std::string& name, const dds::RosArguments& arguments = {})
      : context(own_domain()),
        node(context, name, arguments,
             {[this](const dds::LogRecord& record) { log.put(record); }}) {}

  /// The lines of the log that hold a text.
  std::vector<std::string> log_with(const std::string& text) const {
    std::vector<std::string> found;
    for (const dds::LogRecord& record : log.all()) {
      if (record.message.find(text) != std::string::npos) found.push_back(record.message);
    }
    return found;
  }

  Collected<dds::LogRecord> log;  // First: the node logs until its end.
  dds::Context context;
  dds::Node node;
};

}  // namespace clipdex::test
