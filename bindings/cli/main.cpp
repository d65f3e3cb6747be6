#include "bindings/cli/command_line.hpp"
#include "bindings/cli/commands.hpp"

int main(int argc, char** argv) {
    vitrine::cli::CommandLine line;
    vitrine::cli::add_commands(line);
    return line.run(argc, argv);
}
