#include "bindings/cli/commands.hpp"

namespace vitrine::cli {

void add_commands(CommandLine& line) {
    // Looking.
    add_info(line);
}

}  // namespace vitrine::cli
