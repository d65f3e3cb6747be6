#include "importer.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "archive.hpp"
#include "catalogue.hpp"
#include "progress.hpp"

namespace packages {

using vitrine::Ref;
using vitrine::Store;
using vitrine::Transaction;

namespace {

constexpr std::size_t kBatch = 500;

NameKey name_key(const Listing& listing) { return {listing.key.name, listing.key.architecture}; }

SectionKey section_key(std::string_view section, const Listing& listing) {
    return {std::string{section}, listing.key.name, listing.key.architecture};
}

void fill(stored::Package::Builder package, const Listing& listing) {
    package.setName(listing.key.name);
    package.setArchitecture(listing.key.architecture);
    package.setVersion(listing.version);
    package.setSection(listing.section);
    package.setSummary(listing.summary);
    package.setInstalledKib(listing.installed_kib);
}

// Stores an archive in three passes. References may point forward and in circles: so first all
// packages come into being, then they are linked.
class Importer {
  public:
    Importer(Store& store, const Archive& archive) : store_(store), archive_(archive) {}

    void run() {
        refs_.resize(archive_.listings().size());
        in_batches("storing", &Importer::put);
        in_batches("linking", &Importer::link);
        remove_others();
    }

  private:
    using Step = void (Importer::*)(Transaction&, std::size_t index);

    void in_batches(const char* what, Step step) {
        const std::size_t size = archive_.listings().size();
        Progress progress(what, size);
        for (std::size_t from = 0; from < size; from += kBatch) {
            const std::size_t to = std::min(from + kBatch, size);
            store_.transact([&](Transaction& tx) {
                for (std::size_t index = from; index < to; ++index) (this->*step)(tx, index);
            });
            progress.at(to);
        }
    }

    void put(Transaction& tx, std::size_t index) {
        const Listing& listing = archive_.listings()[index];
        auto by_name = tx.tree<NameKey, PackageRef>(kByName);
        auto by_section = tx.tree<SectionKey, PackageRef>(kBySection);
        const auto known = by_name.find(name_key(listing));
        if (known) {
            const std::string_view section = view_of(tx.get(*known).getSection());
            if (section != listing.section) by_section.erase(section_key(section, listing));
            fill(tx.edit(*known), listing);
            refs_[index] = *known;
        } else {
            refs_[index] = tx.create<stored::Package>(
                [&](stored::Package::Builder package) { fill(package, listing); });
            by_name.put(name_key(listing), refs_[index]);
        }
        by_section.put(section_key(listing.section, listing), refs_[index]);
    }

    void link(Transaction& tx, std::size_t index) {
        const Listing& listing = archive_.listings()[index];
        auto package = tx.edit(refs_[index]);
        auto depends = package.initDepends(static_cast<unsigned>(listing.depends.size()));
        for (unsigned i = 0; i < depends.size(); ++i) {
            const Clause& clause = listing.depends[i];
            depends[i].setText(clause.text);
            const auto found = archive_.candidates(listing, clause);
            auto candidates = depends[i].initCandidates(static_cast<unsigned>(found.size()));
            for (unsigned k = 0; k < candidates.size(); ++k) refs_[found[k]].store(candidates[k]);
        }
    }

    // Packages of an earlier import that the file does not name any more. The names that stay are
    // in order, and so is the tree.
    void remove_others() {
        const auto snapshot = store_.snapshot();
        store_.transact([&](Transaction& tx) {
            auto listing = archive_.listings().begin();
            for (auto [key, ref] : snapshot.tree<NameKey, PackageRef>(kByName)) {
                const auto [name, architecture] = key;
                const PackageName wanted{std::string{name}, std::string{architecture}};
                if (listing != archive_.listings().end() && listing->key == wanted) {
                    ++listing;
                    continue;
                }
                const auto package = snapshot.get(ref);
                tx.tree<SectionKey, PackageRef>(kBySection)
                    .erase(SectionKey{view_of(package->getSection()), name, architecture});
                tx.tree<NameKey, PackageRef>(kByName).erase(NameKey{name, architecture});
                tx.erase(ref);
            }
        });
    }

    Store& store_;
    const Archive& archive_;
    std::vector<PackageRef> refs_;  // of the archive's listings
};

}  // namespace

SourceFile SourceFile::at(const std::filesystem::path& path) {
    const auto full = std::filesystem::canonical(path);
    return {.path = full.string(),
            .bytes = std::filesystem::file_size(full),
            .modified = std::filesystem::last_write_time(full).time_since_epoch().count()};
}

bool is_imported(const vitrine::Snapshot& snapshot, const SourceFile& source) {
    const auto root = snapshot.find_root<stored::Source>(kSource);
    if (!root) return false;
    const auto stored = snapshot.get(*root);
    return stored->getReady() && view_of(stored->getPath()) == source.path &&
           stored->getBytes() == source.bytes && stored->getModified() == source.modified;
}

void import_file(Store& store, const SourceFile& source) {
    Progress progress("reading", source.bytes);
    const auto archive =
        Archive::read(source.path, [&](std::uint64_t bytes) { progress.at(bytes); });
    mark_busy(store, source);
    Importer(store, archive).run();
    mark_ready(store);
}

void mark_busy(Store& store, const SourceFile& source) {
    store.transact([&](Transaction& tx) {
        auto root = tx.find_root<stored::Source>(kSource);
        if (!root) {
            root = tx.create<stored::Source>();
            tx.set_root(kSource, *root);
        }
        auto stored = tx.edit(*root);
        stored.setPath(source.path);
        stored.setBytes(source.bytes);
        stored.setModified(source.modified);
        stored.setReady(false);
        if (const auto answers = tx.find_root<stored::Answers>(kAnswers)) {
            tx.erase_root(kAnswers);
            tx.erase(*answers);
        }
    });
}

void mark_ready(Store& store) {
    store.transact(
        [](Transaction& tx) { tx.edit(tx.root<stored::Source>(kSource)).setReady(true); });
}

}  // namespace packages
