#pragma once

#include "bindings/cli/command_line.hpp"

namespace vitrine::cli {

/// All of them, in the order in which the help shows them.
void add_commands(CommandLine& line);

void add_info(CommandLine& line);
void add_roots(CommandLine& line);
void add_get(CommandLine& line);
void add_ls(CommandLine& line);
void add_schema(CommandLine& line);

}  // namespace vitrine::cli
