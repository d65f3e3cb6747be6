#include "bindings/cli/commands.hpp"

namespace vitrine::cli {

void add_commands(CommandLine& line) {
    // Looking.
    add_info(line);
    add_roots(line);
    add_get(line);
    add_ls(line);
    add_schema(line);
}

}  // namespace vitrine::cli
