#include <filesystem>
#include <sstream>

#include <vitrine/error.hpp>

#include "bindings/cli/export_store.hpp"
#include "bindings/cli/import_store.hpp"
#include "bindings/cli/json_value.hpp"
#include "btree/node_types.hpp"
#include "btree/verify.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "mvcc/store.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/fuzz/quick_folder.hpp"
#include "tests/fuzz/target.hpp"

// The lines of an export, imported. A store that comes of it is sound, and says the same when it is
// exported again.

namespace {

using namespace vitrine;
using fuzz::require;

cli::LineSource lines_of(std::istringstream& text) {
    return [&text](std::string& line) { return static_cast<bool>(std::getline(text, line)); };
}

std::string exported(const std::string& file) {
    const auto store = mvcc::Store::open(
        core::lmdb::open(file, {.map_bytes = std::uint64_t{1} << 30}), {}, btree::node_traits());
    for (const Fault& fault : btree::verify(store->snapshot(), {}).faults)
        require(false, fault.what.c_str());
    cli::ProgressBar bar("exporting", false);
    std::string lines;
    cli::export_store(
        store->snapshot(), [&](std::string_view line) { lines += std::string(line) + "\n"; }, bar);
    return lines;
}

std::string fresh(const char* name) {
    const auto file = fuzz::quick_folder().file(name);
    std::filesystem::remove(file);
    std::filesystem::remove(file.string() + "-lock");
    return file.string();
}

bool imported(const std::string& file, const std::string& lines) {
    std::istringstream text(lines);
    cli::ProgressBar bar("importing", false);
    try {
        cli::import_store(file, lines_of(text), bar);
        return true;
    } catch (const cli::JsonError&) {
        return false;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string lines(reinterpret_cast<const char*>(data), size);
    const std::string file = fresh("imported");
    if (!imported(file, lines)) return 0;
    const std::string once = exported(file);
    const std::string again = fresh("again");
    require(imported(again, once), "an export cannot be imported");
    require(exported(again) == once, "an export comes back as another");
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    const std::string file = fresh("made");
    {
        Store store = Store::open(file);
        store.transact([](Transaction& tx) {
            tx.tree<std::string, std::int64_t>("numbers").put("a", 1);
            auto pairs = tx.tree<std::tuple<std::string, std::int8_t>, double>("pairs");
            pairs.put(std::tuple(std::string("x"), 3), 0.5);
            tx.tree<std::uint64_t, Unit>("set").insert(7);
        });
        store.close();
    }
    Bytes small, all;
    append(small, exported(file));
    const std::string everything = fresh("made");
    {
        Store store = Store::open(everything);
        test::fill_with_everything(store);
        store.close();
    }
    const std::string lines = exported(everything);
    // Of large values and long trees nothing is learnt here.
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);)
        if (line.size() < 4000) append(all, line + "\n");
    return {small, small, small, all};
}
