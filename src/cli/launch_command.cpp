#include <fmt/format.h>

#include <memory>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/launch_plan.hpp"

namespace clipdex::cli {
namespace {

void print_line(bool is_stdout, std::string_view line) {
  const std::string text = printable(line) + "\n";
  if (is_stdout) return print_result(text);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

int run_launch(const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::vector<Child> nodes =
      plan_launch(arguments, [&](std::string_view package, std::string_view executable) {
        return find_node(program.parent_path(), package, executable);
      });
  watch_for_interrupt();
  return supervise(nodes, {print_line, interrupted});
}

}  // namespace

void add_launch_command(CLI::App& app, Settings& /*settings*/, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "launch", "Run the three ROS 2 nodes until the library is filled, or searched");
  auto arguments = std::make_shared<std::vector<std::string>>();
  command->add_option("NAME:=VALUE", *arguments, "Launch arguments");
  command->footer("Launch arguments and their defaults:\n" + describe_launch_arguments());
  command->callback(
      [&chosen, arguments] { chosen = [arguments] { return run_launch(*arguments); }; });
}

}  // namespace clipdex::cli
