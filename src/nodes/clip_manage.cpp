/// The node that fills and searches libraries of images by means of encoder nodes: `clip_manage`.
#include "nodes/manage.hpp"
#include "nodes/node_process.hpp"

namespace {

using namespace clipdex::nodes;  // NOLINT: the whole file is one function of this program.

int run(NodeProcess& process) {
  const ManageParameters parameters = declare_manage_parameters(process.parameters());
  process.warn_about_unused_parameters();
  const auto work = parameters.mode == ManageMode::store ? store_images : query_images;
  return work(process.node(), process.stop(), parameters);
}

}  // namespace

int main(int argc, char** argv) { return run_node(argc, argv, "clip_manage", run); }
