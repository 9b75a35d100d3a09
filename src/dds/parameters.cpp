#include "dds/parameters.hpp"

#include <chrono>
#include <utility>

#include "dds/node.hpp"
#include "dds/parameter_messages.hpp"
#include "dds/parameter_store.hpp"
#include "dds/service.hpp"
#include "dds/topic.hpp"

namespace clipdex::dds {
namespace {

Time now_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Time::from_nanoseconds(std::chrono::nanoseconds(now).count());
}

/// A service of parameters: its name is below the node's, its answer is computed at once.
template <class Service>
class ParameterService {
 public:
  using Answer =
      std::function<typename Service::Response(const typename Service::Request& request)>;

  ParameterService(Node& node, const std::string& name, Answer answer)
      : answer_(std::move(answer)),
        server_(
            node, "~/" + name,
            [this](const SampleIdentity& id, typename Service::Request&& request) {
              server_.reply(id, answer_(request));
            },
            kParameterQos) {}

 private:
  const Answer answer_;
  ServiceServer<Service> server_;
};

}  // namespace

struct Parameters::Parts {
  Parts(Node& node, std::map<std::string, ParameterValue> overrides)
      : events(node, "/parameter_events", kParameterQos),
        store(std::move(overrides),
              [this, name = node.name().full()](rcl_interfaces::ParameterEvent&& event) {
                event.stamp = now_since_1970();
                event.node = name;
                events.publish(event);
              }),
        get(node, "get_parameters",
            [this](const auto& request) {
              return rcl_interfaces::GetParameters::Response{store.get(request.names)};
            }),
        types(node, "get_parameter_types",
              [this](const auto& request) {
                return rcl_interfaces::GetParameterTypes::Response{store.types(request.names)};
              }),
        set(node, "set_parameters",
            [this](const auto& request) {
              rcl_interfaces::SetParameters::Response response;
              for (const auto& parameter : request.parameters) {
                response.results.push_back(store.set({parameter}));
              }
              return response;
            }),
        set_atomically(node, "set_parameters_atomically",
                       [this](const auto& request) {
                         return rcl_interfaces::SetParametersAtomically::Response{
                             store.set(request.parameters)};
                       }),
        describe(
            node, "describe_parameters",
            [this](const auto& request) {
              return rcl_interfaces::DescribeParameters::Response{store.describe(request.names)};
            }),
        list(node, "list_parameters", [this](const auto& request) {
          return rcl_interfaces::ListParameters::Response{
              store.list(request.prefixes, request.depth)};
        }) {}

  /// What every node of rclcpp has, whether or not it uses it.
  void declare_of_every_node() {
    store.declare("use_sim_time", false, {"follow /clock; this node has no use for it", false, {}});
    const std::string prefix = "qos_overrides./parameter_events.publisher.";
    const auto declare = [&](const std::string& policy, const ParameterValue& value) {
      store.declare(prefix + policy, value,
                    {"qos policy {" + policy + "} for publisher {/parameter_events}", true, {}});
    };
    declare("depth", static_cast<std::int64_t>(kParameterQos.depth));
    declare("durability", std::string("volatile"));
    declare("history", std::string("keep_last"));
    declare("reliability", std::string("reliable"));
  }

  Publisher<rcl_interfaces::ParameterEvent> events;
  ParameterStore store;
  ParameterService<rcl_interfaces::GetParameters> get;
  ParameterService<rcl_interfaces::GetParameterTypes> types;
  ParameterService<rcl_interfaces::SetParameters> set;
  ParameterService<rcl_interfaces::SetParametersAtomically> set_atomically;
  ParameterService<rcl_interfaces::DescribeParameters> describe;
  ParameterService<rcl_interfaces::ListParameters> list;
};

Parameters::Parameters(Node& node, std::map<std::string, ParameterValue> overrides)
    : parts_(std::make_unique<Parts>(node, std::move(overrides))) {
  parts_->declare_of_every_node();
}

Parameters::~Parameters() = default;

ParameterValue Parameters::declare_value(std::string_view name, const ParameterValue& default_value,
                                         ParameterDescription description) {
  return parts_->store.declare(name, default_value, std::move(description));
}

ParameterValue Parameters::value(std::string_view name) const { return parts_->store.value(name); }

std::vector<std::string> Parameters::unused_overrides() const {
  return parts_->store.unused_overrides();
}

}  // namespace clipdex::dds
