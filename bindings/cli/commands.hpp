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
void add_stat(CommandLine& line);
void add_log(CommandLine& line);
void add_history(CommandLine& line);
void add_diff(CommandLine& line);
void add_undo(CommandLine& line);
void add_retention(CommandLine& line);
void add_export(CommandLine& line);
void add_import(CommandLine& line);
void add_backup(CommandLine& line);
void add_restore(CommandLine& line);
void add_compact(CommandLine& line);
void add_salvage(CommandLine& line);
void add_who_refers(CommandLine& line);
void add_verify(CommandLine& line);
void add_gc(CommandLine& line);
void add_completion(CommandLine& line);

}  // namespace vitrine::cli
