/// The node that turns images into vectors: `clip_encode_image`.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nodes/encode_service.hpp"
#include "nodes/encoder_node.hpp"
#include "nodes/frames.hpp"
#include "nodes/model_encoders.hpp"
#include "nodes/node_process.hpp"

namespace {

using namespace clipdex::nodes;  // NOLINT: the whole file is one function of this program.

constexpr double kRateMin = 0.001;
constexpr double kRateMax = 1000;

std::optional<std::string> refuse_rate(const clipdex::dds::ParameterValue& value) {
  const double rate = std::get<double>(value);
  if (rate == 0 || (rate >= kRateMin && rate <= kRateMax)) return std::nullopt;
  return "it must be 0, or from 0.001 to 1000";
}

int run(NodeProcess& process) {
  clipdex::dds::Parameters& declared = process.parameters();
  const EncoderParameters parameters = declare_encoder_parameters(declared);
  const auto image = declared.declare<std::string>(
      "image", "config/CLIP.png", {"with feed_type 0, the image file to encode", true, {}});
  const double frame_rate_max = declared.declare<double>(
      "frame_rate_max", 5,
      {"frames of image_raw that are encoded a second at most; 0: none", true, refuse_rate});
  // DDS shares memory by itself, and every image is encoded at once: both are taken for old launch
  // files, and change nothing.
  (void)declare_number_switch(declared, "is_shared_mem_sub", false, "changes nothing");
  (void)declare_number_switch(declared, "is_sync_mode", false, "changes nothing");
  process.warn_about_unused_parameters();

  const auto tuning =
      parameters.is_service ? clipdex::ModelTuning::throughput : clipdex::ModelTuning::latency;
  clipdex::Model model = open_model(parameters.model_file_name, tuning, process.logger());
  ModelImageEncoder encoder(model);
  if (!parameters.is_service) {
    return encode_locally({image}, encoder, process.logger(), parameters.dump_result ? "." : "");
  }
  const EncodeService service(process.node(), "clip_image_action", encoder,
                              {.threads = parameters.threads});
  ModelFrameEncoder frame_encoder(model);
  std::optional<FrameService> frames;
  if (frame_rate_max > 0) frames.emplace(process.node(), frame_encoder, frame_rate_max);
  process.logger().info("ready to encode images with the model " + model.name());
  process.wait_for_stop();
  return kDone;
}

}  // namespace

int main(int argc, char** argv) { return run_node(argc, argv, "clip_encode_image_node", run); }
