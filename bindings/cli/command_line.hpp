#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "bindings/cli/exit_code.hpp"

namespace vitrine::cli {

/// The command `vitrine`: its sub-commands, and what happens to what they throw.
///
/// A sub-command is one source with one function, declared and listed in commands.hpp and .cpp:
///
///     void add_roots(CommandLine& line) {
///         auto options = std::make_shared<Options>();
///         CLI::App& command = line.add({.name = "roots", …, .run = [options] { return …; }});
///         command.add_option("store", options->store, "The file")->required();
///     }
class CommandLine {
  public:
    struct Command {
        std::string name;
        std::string summary;       ///< one line, no full stop
        std::string details;       ///< below the options: what needs saying, and examples
        std::function<int()> run;  ///< called after all arguments were parsed; gives the exit code
    };

    CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    CLI::App& add(Command command);
    [[nodiscard]] const CLI::App& app() const { return app_; }

    /// Parses and runs one command. Errors go to stderr as "vitrine: …".
    int run(int argc, const char* const* argv);

  private:
    CLI::App app_;
    std::function<int()> chosen_;
};

/// Arguments that fit together neither by kind nor by meaning: exit code kUsage.
class WrongUsage : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Runs `work`; what it throws becomes a line on stderr and the exit code that fits.
int run_guarded(const std::function<int()>& work);

}  // namespace vitrine::cli
