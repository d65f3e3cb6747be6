#include "bindings/cli/command_line.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

namespace vitrine::cli {
namespace {

int complain(ExitCode code, const char* what) {
    // What was printed before comes before the complaint, when both go to the same place.
    std::fflush(stdout);
    std::fputs(fmt::format("vitrine: {}\n", what).c_str(), stderr);
    return code;
}

// A disk that is full shows when the last of the output is written.
int finish_output(int code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    return complain(kUnusable, "the output could not be written");
}

}  // namespace

int run_guarded(const std::function<int()>& work) {
    try {
        return finish_output(work());
    } catch (const WrongUsage& error) {
        return complain(kUsage, error.what());
    } catch (const UsageError& error) {
        return complain(kUsage, error.what());
    } catch (const CancelledError& error) {
        return complain(kCancelled, error.what());
    } catch (const NotFoundError& error) {
        return complain(kNo, error.what());
    } catch (const TypeError& error) {
        return complain(kNo, error.what());
    } catch (const SchemaError& error) {
        return complain(kNo, error.what());
    } catch (const SnapshotTooOldError& error) {
        return complain(kNo, error.what());
    } catch (const ConflictError& error) {
        return complain(kNo, error.what());
    } catch (const kj::Exception& error) {
        return complain(kUnusable, error.getDescription().cStr());
    } catch (const std::bad_alloc&) {
        return complain(kUnusable, "out of memory");
    } catch (const std::exception& error) {
        return complain(kUnusable, error.what());
    }
}

CommandLine::CommandLine()
    : app_("Looks into Vitrine stores, checks, copies, shrinks and converts them.", "vitrine") {
    app_.require_subcommand(1);
    app_.set_help_all_flag("--help-all", "Print the help of all commands and exit");
    app_.set_version_flag("--version", "vitrine " VITRINE_VERSION);
    app_.footer(
        "A store can be opened by one process at a time: close the program that uses it first.\n"
        "Exit codes: 0 done; 1 the answer is no (faults found, not found, differs); 2 wrong "
        "usage;\n"
        "3 a file cannot be used; 4 cancelled. `vitrine COMMAND --help` has examples.");
}

CLI::App& CommandLine::add(Command command) {
    CLI::App* app = app_.add_subcommand(command.name, command.summary);
    app->footer(command.details);
    app->set_help_all_flag();  // it would be inherited, and mean nothing
    app->callback([this, run = std::move(command.run)] { chosen_ = run; });
    return *app;
}

int CommandLine::run(int argc, const char* const* argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // for help, or the version
        return finish_output(app_.exit(asked));
    } catch (const CLI::ParseError& error) {
        const auto chosen = app_.get_subcommands();
        const std::string name = chosen.empty() ? "" : " " + chosen.front()->get_name();
        complain(kUsage, error.what());
        std::fputs(fmt::format("See vitrine{} --help\n", name).c_str(), stderr);
        return kUsage;
    }
    return run_guarded(chosen_);
}

}  // namespace vitrine::cli
