#include "tests/crash/kill_points/points.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <regex>

#include "mvcc/yield_point.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/interpose/files.hpp"

namespace vitrine::crash {
namespace {

using interpose::Call;

struct State {
    std::mutex mutex;
    std::map<std::string, std::uint64_t> hits;
    std::string target;
    std::uint64_t left = 0;
} state;

void hit(const std::string& point) {
    const std::lock_guard lock(state.mutex);
    if (state.target.empty()) {
        ++state.hits[point];
    } else if (point == state.target && --state.left == 0) {
        ::kill(::getpid(), SIGKILL);
    }
}

void on_yield(const char* place) { hit(place); }

class FilePoints final : public interpose::FileWatch {
  public:
    interpose::Verdict before(const interpose::Operation& operation) override {
        tell("before ", operation);
        return {};
    }
    void after(const interpose::Operation& operation, long) override { tell("after ", operation); }

  private:
    static void tell(const char* when, const interpose::Operation& operation) {
        const char* what = nullptr;
        switch (operation.call) {
            // Not the pipe, through which this program speaks.
            case Call::write: what = operation.offset < 0 ? nullptr : "write"; break;
            case Call::sync: what = "sync"; break;
            case Call::rename: what = "rename"; break;
            default: break;
        }
        if (what != nullptr) hit(std::string(when) + what);
    }
} file_points;

void set_hooks() {
    mvcc::yield_hook.store(on_yield, std::memory_order_release);
    interpose::watch_files(&file_points);
}

}  // namespace

void count_hits() { set_hooks(); }

std::map<std::string, std::uint64_t> hits() {
    const std::lock_guard lock(state.mutex);
    return state.hits;
}

void kill_at(const std::string& point, std::uint64_t n) {
    state.target = point;
    state.left = n;
    set_hooks();
}

std::set<std::string> named_points(const std::filesystem::path& sources) {
    std::set<std::string> names;
    for (const char* when : {"before ", "after "})
        for (const char* what : {"write", "sync", "rename"}) names.insert(std::string(when) + what);
    static const std::regex named("yield_point\\(\"([^\"]+)\"\\)");
    for (const char* layer : {"core", "mvcc", "btree"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(sources / layer)) {
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
            const std::string text = core::testing::read_bytes(entry.path());
            for (std::sregex_iterator found(text.begin(), text.end(), named), end; found != end;
                 ++found)
                names.insert((*found)[1]);
        }
    return names;
}

}  // namespace vitrine::crash
