#include "churn.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <span>
#include <string>

#include <fmt/format.h>

namespace packages {
namespace {

using vitrine::Transaction;

constexpr int kPackagesPerCommit = 10;

void move_to_section(Transaction& tx, PackageRef ref, stored::Package::Builder package,
                     std::string_view section) {
    auto tree = tx.tree<SectionKey, PackageRef>(kBySection);
    const auto key = [&](std::string_view in) {
        return SectionKey{in, view_of(package.getName().asReader()),
                          view_of(package.getArchitecture().asReader())};
    };
    tree.erase(key(view_of(package.getSection().asReader())));
    tree.put(key(section), ref);
    package.setSection(std::string{section});
}

}  // namespace

Churn::Churn(vitrine::Store& store, const vitrine::Snapshot& original)
    : store_(store), original_(original) {
    for (auto [key, package] : original.tree<NameKey, PackageRef>(kByName)) all_.push_back(package);
    if (!all_.empty()) writer_ = std::async(std::launch::async, [this] { run(); });
}

Churn::~Churn() { stop_ = true; }  // the future waits

bool Churn::running() const {
    return writer_.valid() &&
           writer_.wait_for(std::chrono::seconds{0}) == std::future_status::timeout;
}

void Churn::stop() {
    stop_ = true;
    if (writer_.valid()) writer_.get();
}

void Churn::run() {
    std::mt19937 random{1};
    while (!stop_) {
        std::vector<PackageRef> chosen;
        for (int n = 0; n < kPackagesPerCommit; ++n) chosen.push_back(all_[random() % all_.size()]);
        const unsigned dice = static_cast<unsigned>(random());
        // The function may run more than once: what it needs was drawn before.
        store_.transact([&](Transaction& tx) {
            for (const PackageRef package : chosen) change(tx, package, dice);
        });
        changed_.insert(chosen.begin(), chosen.end());
        ++commits_;
    }
}

void Churn::change(Transaction& tx, PackageRef ref, unsigned dice) {
    auto package = tx.edit(ref);
    package.setInstalledKib(package.getInstalledKib() + dice % 1000);
    package.initDepends(0);
    move_to_section(tx, ref, package, fmt::format("moved-{}", dice % 10));
}

void Churn::put_back(Transaction& tx, PackageRef ref) {
    const auto then = original_.get(ref);
    auto package = tx.edit(ref);
    package.setInstalledKib(then->getInstalledKib());
    package.setDepends(then->getDepends());
    move_to_section(tx, ref, package, view_of(then->getSection()));
}

void Churn::restore() {
    const std::vector<PackageRef> all(changed_.begin(), changed_.end());
    constexpr std::size_t kBatch = 500;
    for (std::size_t from = 0; from < all.size(); from += kBatch) {
        const auto batch = std::span{all}.subspan(from, std::min(kBatch, all.size() - from));
        store_.transact([&](Transaction& tx) {
            for (const PackageRef package : batch) put_back(tx, package);
        });
    }
}

}  // namespace packages
