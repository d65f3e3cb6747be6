#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

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

/// Lines of a file or of stdin. Not through stdio: a Ctrl-C is to end a wait for more, whenever it
/// comes.
class Input {
  public:
    explicit Input(const std::string& name) : name_(name == "-" ? "stdin" : name) {
        if (name != "-") descriptor_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0) fail();
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() {
        if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
    }

    [[nodiscard]] const std::string& name() const { return name_; }

    bool next(std::string& line) {
        line.clear();
        for (;;) {
            const std::string_view rest = std::string_view(buffer_).substr(begin_);
            const std::size_t end = rest.find('\n');
            line.append(rest.substr(0, end));
            if (end != std::string_view::npos) {
                begin_ += end + 1;
                return true;
            }
            if (!fill()) return !line.empty();
        }
    }

  private:
    bool fill() {
        constexpr std::size_t kAtOnce = 1 << 16;
        wait_for_input(descriptor_);
        if (interrupted()) throw CancelledError("importing was cancelled");
        buffer_.resize(kAtOnce);
        begin_ = 0;
        const ssize_t got = ::read(descriptor_, buffer_.data(), buffer_.size());
        buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (got < 0 && errno != EINTR) fail();
        return got != 0;
    }
    [[noreturn]] void fail() const {
        throw StorageError(fmt::format("{}: {}", name_, std::strerror(errno)));
    }

    const std::string name_;
    int descriptor_ = STDIN_FILENO;
    std::string buffer_;
    std::size_t begin_ = 0;
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
