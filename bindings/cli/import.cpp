#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <vitrine/error.hpp>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/import_store.hpp"
#include "bindings/cli/json_value.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string input = "-";
};

class Input {
  public:
    explicit Input(const std::string& name) : name_(name == "-" ? "stdin" : name) {
        if (name != "-") file_ = std::fopen(name.c_str(), "r");
        if (file_ == nullptr) fail();
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() {
        std::free(buffer_);
        if (file_ != stdin && file_ != nullptr) std::fclose(file_);
    }

    [[nodiscard]] const std::string& name() const { return name_; }

    bool next(std::string& line) {
        errno = 0;
        const ssize_t size = ::getline(&buffer_, &capacity_, file_);
        if (size < 0) {
            if (interrupted()) throw CancelledError("importing was cancelled");
            if (std::ferror(file_) != 0) fail();
            return false;
        }
        line.assign(buffer_, static_cast<std::size_t>(size));
        if (!line.empty() && line.back() == '\n') line.pop_back();
        return true;
    }

  private:
    [[noreturn]] void fail() const {
        throw StorageError(fmt::format("{}: {}", name_, std::strerror(errno)));
    }

    const std::string name_;
    std::FILE* file_ = stdin;
    char* buffer_ = nullptr;
    std::size_t capacity_ = 0;
};

/// A store under a name of its own until it is whole: a file that is there is a whole one.
class NewStore {
  public:
    explicit NewStore(const std::string& file) : file_(file), draft_(file + ".importing") {
        for (const std::string& name : {file_, draft_})
            if (std::filesystem::exists(name))
                throw StorageError(fmt::format("{} is there already", name));
    }
    NewStore(const NewStore&) = delete;
    NewStore& operator=(const NewStore&) = delete;
    ~NewStore() {
        std::error_code ignored;
        std::filesystem::remove(draft_, ignored);
        std::filesystem::remove(draft_ + "-lock", ignored);
    }

    [[nodiscard]] const std::string& draft() const { return draft_; }
    void keep() const {
        try {
            std::filesystem::rename(draft_, file_);
        } catch (const std::filesystem::filesystem_error& error) {
            throw StorageError(error.what());
        }
    }

  private:
    const std::string file_;
    const std::string draft_;
};

int run(const Options& options) {
    Input input(options.input);
    const NewStore store(options.store);
    ProgressBar bar("importing");
    if (options.input == "-" && ::isatty(STDIN_FILENO) == 1)
        std::fputs("vitrine: reading from stdin\n", stderr);
    try {
        import_store(
            store.draft(), [&](std::string& line) { return input.next(line); }, bar);
    } catch (const JsonError& error) {
        throw StorageError(fmt::format("{}, {}", input.name(), error.what()));
    }
    store.keep();
    return kOk;
}

}  // namespace

void add_import(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "import",
         .summary = "A new store of the lines that `vitrine export` wrote",
         .details = "The file must not be there. It comes into being when all is in it; an import\n"
                    "that fails or is cancelled leaves nothing.\n\n"
                    "Examples:\n"
                    "  zstd -dc shop.jsonl.zst | vitrine import new.vitrine\n"
                    "  vitrine import new.vitrine shop.jsonl",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The new file")->required();
    command.add_option("input", options->input, "The export; - is stdin")->capture_default_str();
}

}  // namespace vitrine::cli
