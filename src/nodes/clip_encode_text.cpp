/// The node that turns texts into vectors: `clip_encode_text_node`.
#include <algorithm>
#include <string>
#include <vector>

#include "nodes/encode_service.hpp"
#include "nodes/encoder_node.hpp"
#include "nodes/model_encoders.hpp"
#include "nodes/node_process.hpp"

namespace {

using namespace clipdex::nodes;  // NOLINT: the whole file is one function of this program.

// A worker may have to wait for a client; others shall not wait with it.
constexpr std::size_t kThreadsMin = 2;

int run(NodeProcess& process) {
  const EncoderParameters parameters = declare_encoder_parameters(process.parameters());
  const auto text = process.parameters().declare<std::string>(
      "text", "", {"with feed_type 0, what to encode; empty: three examples", true, {}});
  process.warn_about_unused_parameters();

  clipdex::Model model =
      open_model(parameters.model_file_name, clipdex::ModelTuning::latency, process.logger());
  ModelTextEncoder encoder(model, process.logger());
  if (!parameters.is_service) {
    const std::vector<std::string> examples{"a diagram", "a dog", "a cat"};
    return encode_locally(text.empty() ? examples : std::vector{text}, encoder, process.logger(),
                          parameters.dump_result ? "." : "");
  }
  const EncodeService service(process.node(), "clip_text_action", encoder,
                              {.threads = std::max(kThreadsMin, parameters.threads)});
  process.logger().info("ready to encode texts with the model " + model.name());
  process.wait_for_stop();
  return kDone;
}

}  // namespace

int main(int argc, char** argv) { return run_node(argc, argv, "clip_encode_text_node", run); }
