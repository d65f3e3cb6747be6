#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/crash/marks.capnp.h"

/// What a store shows, item by item, so that what a damaged copy shows can be compared with it.
namespace vitrine::corruption {

using marks::Mark;
using Pair = std::tuple<std::string, std::int32_t>;

/// Where to look: what is known of the sound store.
struct Catalogue {
    std::vector<std::uint64_t> objects{};  ///< erased ones too
    std::vector<Version> versions{};
};

/// Takes one item: `read` appends to a text as far as it comes.
using Item = std::function<void(const std::string& name, const std::function<void(std::string&)>&)>;

template <class... Parts>
void add(std::string& out, const Parts&... parts) {
    ((out += parts, out += '|'), ...);
}

template <class K>
std::string key_text(const K& key) {
    if constexpr (std::is_integral_v<K>)
        return std::to_string(key);
    else if constexpr (std::is_constructible_v<std::string, K>)
        return std::string(key);
    else
        return std::string(std::get<0>(key)) + "/" + std::to_string(std::get<1>(key));
}

template <class K>
void read_tree(const Snapshot& snapshot, const std::string& at, const std::string& root,
               const std::vector<K>& asked, const Item& item) {
    item(at + root + " size", [&](std::string& out) {
        const auto tree = snapshot.find_tree<K, std::string>(root);
        add(out, tree ? std::to_string(tree->size()) : "none");
    });
    item(at + root + " entries", [&](std::string& out) {
        const auto tree = snapshot.find_tree<K, std::string>(root);
        if (!tree) return;
        for (auto [key, value] : *tree) add(out, key_text(key), std::string(value));
    });
    item(at + root + " entries backwards", [&](std::string& out) {
        const auto tree = snapshot.find_tree<K, std::string>(root);
        if (!tree) return;
        for (auto [key, value] : tree->reversed()) add(out, key_text(key));
    });
    for (const K& key : asked) {
        item(at + root + "[" + key_text(key) + "]", [&](std::string& out) {
            const auto tree = snapshot.find_tree<K, std::string>(root);
            if (tree) add(out, tree->find(key).value_or("absent"));
        });
    }
}

inline void read_snapshot(const Snapshot& snapshot, const Catalogue& where, const Item& item) {
    const std::string at = "@" + std::to_string(snapshot.version().value()) + " ";
    item(at + "roots", [&](std::string& out) {
        for (const RootInfo& root : snapshot.roots())
            add(out, root.name, std::to_string(root.ref.id()));
    });
    std::vector<std::string> texts;
    std::vector<std::int64_t> numbers;
    std::vector<Pair> pairs;
    for (int i = 0; i < 60; ++i) {  // half of them were never there
        texts.push_back("station-" + std::to_string(i * 31 % 700));
        numbers.push_back(i * 37 - 300);
        pairs.push_back({"place " + std::to_string(i % 9), i});
    }
    read_tree<std::string>(snapshot, at, "texts", texts, item);
    read_tree<std::int64_t>(snapshot, at, "numbers", numbers, item);
    read_tree<Pair>(snapshot, at, "pairs", pairs, item);
    for (const std::uint64_t id : where.objects) {
        item(at + "#" + std::to_string(id), [&](std::string& out) {
            const auto mark = snapshot.find(Ref<Mark>{AnyRef{id}});
            if (!mark) return add(out, "absent");
            add(out, std::to_string((*mark)->getThread()), std::to_string((*mark)->getSequence()),
                std::string((*mark)->getBody()), std::to_string(mark->version().value()),
                std::to_string(Ref<Mark>{(*mark)->getPrevious()}.id()));
        });
    }
}

inline std::string number_text(std::chrono::system_clock::time_point time) {
    return std::to_string(time.time_since_epoch().count());
}

inline void read_past(const Store& store, const Catalogue& where, const Item& item) {
    for (const Version version : where.versions) {
        const std::string at = "version " + std::to_string(version.value());
        item(at + " in the log", [&](std::string& out) {
            for (const CommitInfo& commit : store.commits(Version{version.value() - 1}, 3)) {
                add(out, std::to_string(commit.version.value()), number_text(commit.time),
                    commit.note);
                for (const AnyRef changed : commit.changed) add(out, std::to_string(changed.id()));
            }
        });
        item(at + " by its time", [&](std::string& out) {
            const auto time = store.snapshot_at(version).time();
            add(out, number_text(time), std::to_string(store.snapshot_at(time).version().value()));
        });
    }
    for (std::size_t i = 0; i < where.objects.size(); i += 7) {
        const std::uint64_t id = where.objects[i];
        item("history of #" + std::to_string(id), [&](std::string& out) {
            for (const ObjectVersion& one : store.history(Ref<Mark>{AnyRef{id}}))
                add(out, std::to_string(one.version.value()), number_text(one.time), one.note,
                    std::to_string(one.erased));
        });
    }
}

/// What each item reads, by its name.
using Content = std::map<std::string, std::string>;

/// Reads everything. No two items have the same name.
inline void read_content(const Store& store, const Catalogue& where, const Item& item) {
    item("version", [&](std::string& out) {
        add(out, std::to_string(store.version().value()), number_text(store.snapshot().time()));
    });
    item("the whole log", [&](std::string& out) {
        for (const CommitInfo& commit : store.commits({}, 1'000'000))
            add(out, std::to_string(commit.version.value()));
    });
    read_past(store, where, item);
    read_snapshot(store.snapshot(), where, item);
    const std::size_t count = where.versions.size();
    for (const std::size_t back : {std::size_t{2}, count / 2}) {
        if (back < 2 || back > count) continue;
        const Version version = where.versions[count - back];
        std::optional<Snapshot> past;
        item("snapshot at " + std::to_string(version.value()), [&](std::string& out) {
            past = store.snapshot_at(version);
            add(out, std::to_string(past->version().value()));
        });
        if (past && version < store.version()) read_snapshot(*past, where, item);
    }
}

}  // namespace vitrine::corruption
