/// The sub-commands: one function and one file each. Every function adds its sub-command, with its
/// options, to the parser, and sets `chosen` to what must run when the user picked it.
#pragma once

#include "cli/console.hpp"

namespace clipdex::cli {

void add_index_command(CLI::App& app, Settings& settings, Command& chosen);
void add_search_command(CLI::App& app, Settings& settings, Command& chosen);
void add_encode_command(CLI::App& app, Settings& settings, Command& chosen);
void add_model_command(CLI::App& app, Settings& settings, Command& chosen);
void add_status_command(CLI::App& app, Settings& settings, Command& chosen);
void add_use_command(CLI::App& app, Settings& settings, Command& chosen);
void add_forget_command(CLI::App& app, Settings& settings, Command& chosen);
void add_fsck_command(CLI::App& app, Settings& settings, Command& chosen);
void add_import_command(CLI::App& app, Settings& settings, Command& chosen);
void add_launch_command(CLI::App& app, Settings& settings, Command& chosen);
void add_inspect_command(CLI::App& app, Settings& settings, Command& chosen);

}  // namespace clipdex::cli
