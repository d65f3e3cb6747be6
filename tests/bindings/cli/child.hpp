#pragma once

#include <string>
#include <vector>

namespace vitrine::test {

/// How a child process ended.
struct Ran {
    int code = -1;  ///< -signal when a signal ended it
    std::string out{};
    std::string err{};
};

/// Runs the built `vitrine` with these arguments, its output in pipes, and waits for its end.
Ran run_command(const std::vector<std::string>& arguments);

/// The same with stdout and stderr on a pseudo-terminal: `out` has what would be on the screen.
/// `interrupt_at`: Ctrl-C is pressed once this text was shown; empty: never.
Ran run_in_terminal(const std::vector<std::string>& arguments,
                    const std::string& interrupt_at = "");

}  // namespace vitrine::test
