#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <vitrine/error.hpp>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
#include "bindings/cli/export_store.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string at;
    std::string output = "-";
};

/// Stdout, or a new file, which is gone again unless it was finished.
class Output {
  public:
    explicit Output(const std::string& name) : name_(name) {
        if (name == "-") return;
        file_ = std::fopen(name.c_str(), "wx");
        if (file_ == nullptr) fail();
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() {
        if (file_ == stdout) return;
        if (file_ != nullptr) std::fclose(file_);
        if (!finished_) std::filesystem::remove(name_);
    }

    void line(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() ||
            std::fputc('\n', file_) == EOF)
            fail();
    }

    void finish() {
        if (std::fflush(file_) != 0) fail();
        finished_ = true;
    }

  private:
    [[noreturn]] void fail() const {
        throw StorageError(fmt::format("{}: {}", name_, std::strerror(errno)));
    }

    const std::string name_;
    std::FILE* file_ = stdout;
    bool finished_ = false;
};

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot snapshot = snapshot_of(*store, options.at);
    Output output(options.output);
    ProgressBar bar("exporting", options.output != "-" || ::isatty(STDOUT_FILENO) == 0);
    export_store(
        snapshot, [&](std::string_view text) { output.line(text); }, bar);
    output.finish();
    return kOk;
}

}  // namespace

void add_export(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "export",
         .summary = "Everything as lines of JSON, which `vitrine import` makes a store of",
         .details =
             "Types, objects with their ids, trees and roots, as the newest commit shows them;\n"
             "versions and times are not in it. What JSON cannot carry exactly comes as\n"
             "base64. The export of the imported store is equal, byte for byte.\n\n"
             "Examples:\n"
             "  vitrine export shop.vitrine | zstd > shop.jsonl.zst\n"
             "  vitrine export shop.vitrine -o shop.jsonl\n"
             "  vitrine export shop.vitrine | jq -c 'select(.object) | .value.name'",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    add_at(command, options->at);
    command.add_option("-o,--output", options->output, "A new file; - is stdout")
        ->capture_default_str();
}

}  // namespace vitrine::cli
