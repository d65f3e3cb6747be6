#include "bindings/cli/commands.hpp"

namespace vitrine::cli {

void add_commands(CommandLine& line) {
    // Looking.
    add_info(line);
    add_roots(line);
    add_get(line);
    add_ls(line);
    add_schema(line);
    add_stat(line);
    add_who_refers(line);
    // The past.
    add_log(line);
    add_history(line);
    add_diff(line);
    add_undo(line);
    add_retention(line);
    // Health.
    add_verify(line);
    add_gc(line);
    // To other files and from them.
    add_export(line);
    add_import(line);
    // Safe, and small.
    add_backup(line);
    add_restore(line);
    add_compact(line);
    add_salvage(line);
    // For the shell.
    add_completion(line);
}

}  // namespace vitrine::cli
