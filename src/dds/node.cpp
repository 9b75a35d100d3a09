#include "dds/node.hpp"

#include <algorithm>
#include <utility>

#include "dds/log_messages.hpp"
#include "dds/logger.hpp"
#include "dds/parameter_messages.hpp"
#include "dds/parameters.hpp"
#include "dds/rosout.hpp"

namespace clipdex::dds {
namespace {

/// The name of a node's logger: /a/b/name gives a.b.name.
std::string logger_name(const NodeName& name) {
  std::string dotted = name.full().substr(1);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return dotted;
}

}  // namespace

struct Node::Parts {
  Parts(Context& owner, NodeName node_name, const RosArguments& arguments)
      : context(owner),
        name(std::move(node_name)),
        remaps(arguments.remaps),
        id(context.add_node(name.node_namespace, name.name)) {}
  // Leaving first makes one announcement of the end of all endpoints.
  ~Parts() { context.remove_node(id); }

  Context& context;
  const NodeName name;
  const std::vector<RemapRule> remaps;
  const int id;
  std::unique_ptr<Logger> logger;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<RawReader> parameter_events;
};

Node::Node(Context& context, std::string_view default_name, const RosArguments& arguments,
           std::vector<std::function<void(const LogRecord&)>> sinks)
    : parts_(std::make_unique<Parts>(
          context, resolve_node_name(default_name, "/", arguments.remaps).value_or_throw(),
          arguments)) {
  const std::string logger = logger_name(name());
  if (arguments.rosout_logs) {
    sinks.push_back(make_rosout_sink(
        make_writer(topic_in_dds("/rosout"), rcl_interfaces::Log::kTypeName, kRosoutQos)));
  }
  parts_->logger = std::make_unique<Logger>(logger, arguments.level_of(logger), std::move(sinks));
  parts_->parameters = std::make_unique<Parameters>(*this, arguments.parameters_of(name().full()));
  // rclcpp listens for the parameter use_sim_time of others; tools count this reader.
  parts_->parameter_events =
      make_reader(topic_in_dds("/parameter_events"), rcl_interfaces::ParameterEvent::kTypeName,
                  kParameterQos, [](Sample&&) {});
}

Node::~Node() = default;

const NodeName& Node::name() const noexcept { return parts_->name; }
Context& Node::context() noexcept { return parts_->context; }
EventLoop& Node::loop() noexcept { return parts_->context.loop(); }
Logger& Node::logger() noexcept { return *parts_->logger; }
Parameters& Node::parameters() noexcept { return *parts_->parameters; }

std::string Node::resolve(std::string_view name) const {
  return resolve_name(name, parts_->name, parts_->remaps).value_or_throw();
}

std::unique_ptr<RawWriter> Node::make_writer(const std::string& dds_topic, const std::string& type,
                                             const Qos& qos, RawWriter::OnMatch on_match) {
  return parts_->context.make_writer(parts_->id, dds_topic, type, qos, std::move(on_match));
}

std::unique_ptr<RawReader> Node::make_reader(const std::string& dds_topic, const std::string& type,
                                             const Qos& qos, RawReader::OnSample on_sample) {
  return parts_->context.make_reader(parts_->id, dds_topic, type, qos, std::move(on_sample));
}

}  // namespace clipdex::dds
