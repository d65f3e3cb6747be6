#include "analysis.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <utility>

#include "progress.hpp"

namespace packages {
namespace {

using SectionSizes = std::map<std::string, SectionSize, std::less<>>;

// Parts of a tree are about equal in entries, not in work: a few more than threads even it out, and
// keep each part's View, which holds memory back, short-lived.
constexpr std::size_t kPartsPerThread = 32;

struct Share {
    std::vector<Closure> closures;
    SectionSizes sections;
};

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {  // Source: splitmix64
    std::uint64_t z = hash ^ (value + 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// Sums do not depend on which thread did what.
std::uint64_t checksum(const std::vector<Closure>& closures, const SectionSizes& sections) {
    std::uint64_t sum = 0;
    for (const Closure& closure : closures)
        sum += mixed(mixed(closure.package.id(), closure.members), closure.installed_kib);
    for (const auto& [name, section] : sections) {
        std::uint64_t hash = mixed(section.packages, section.installed_kib);
        for (const char c : name) hash = mixed(hash, static_cast<unsigned char>(c));
        sum += hash;
    }
    return sum;
}

class Analysis {
  public:
    Analysis(const vitrine::Snapshot& snapshot, unsigned threads, const std::string& what)
        : snapshot_(snapshot),
          by_name_(snapshot.tree<NameKey, PackageRef>(kByName)),
          names_(by_name_.partitions(kPartsPerThread * threads)),
          sections_(snapshot.tree<SectionKey, PackageRef>(kBySection).partitions(threads)),
          progress_(what, by_name_.size()) {}

    /// Takes parts until none is left. Threads: any number at once.
    Share work() {
        Share share;
        ClosureWalk walk;
        for (std::size_t part = next_name_++; part < names_.size(); part = next_name_++) {
            const auto view = snapshot_.view();
            for (auto [key, package] : names_[part]) {
                share.closures.push_back(walk.from(view, package));
                progress_.at(++done_);
            }
        }
        for (std::size_t part = next_section_++; part < sections_.size(); part = next_section_++)
            add_sections(sections_[part], share.sections);
        return share;
    }

  private:
    void add_sections(const vitrine::TreeRange<SectionKey, PackageRef>& part, SectionSizes& sizes) {
        const auto view = snapshot_.view();
        for (auto [key, package] : part) {
            const std::string_view name = std::get<0>(key);
            auto section = sizes.find(name);
            if (section == sizes.end())
                section = sizes.emplace(name, SectionSize{.name = std::string{name}}).first;
            ++section->second.packages;
            section->second.installed_kib += view.get(package).getInstalledKib();
        }
    }

    const vitrine::Snapshot& snapshot_;
    vitrine::Tree<NameKey, PackageRef> by_name_;
    std::vector<vitrine::TreeRange<NameKey, PackageRef>> names_;
    std::vector<vitrine::TreeRange<SectionKey, PackageRef>> sections_;
    std::atomic<std::size_t> next_name_{0};
    std::atomic<std::size_t> next_section_{0};
    std::atomic<std::uint64_t> done_{0};
    Progress progress_;
};

// The first of them, in an order that is the same each time.
std::vector<Closure> largest(std::vector<Closure> closures) {
    constexpr std::size_t kKept = 100;
    const auto end =
        closures.begin() + static_cast<std::ptrdiff_t>(std::min(kKept, closures.size()));
    std::ranges::partial_sort(closures, end, [](const Closure& a, const Closure& b) {
        return std::pair{b.members, a.package} < std::pair{a.members, b.package};
    });
    closures.erase(end, closures.end());
    return closures;
}

Findings summarise(std::vector<Closure> closures, const SectionSizes& sections) {
    Findings findings;
    findings.packages = closures.size();
    for (const Closure& closure : closures) {
        findings.dependencies += closure.dependencies;
        findings.unsatisfied += closure.unsatisfied;
    }
    findings.checksum = checksum(closures, sections);
    for (const auto& [name, section] : sections) findings.sections.push_back(section);
    std::ranges::sort(findings.sections, std::greater{}, &SectionSize::installed_kib);
    findings.largest = largest(std::move(closures));
    return findings;
}

}  // namespace

Findings analyse(const vitrine::Snapshot& snapshot, unsigned threads, const std::string& what) {
    Analysis analysis(snapshot, threads, what);
    std::vector<std::future<Share>> shares;
    for (unsigned thread = 0; thread < threads; ++thread)
        shares.push_back(std::async(std::launch::async, [&] { return analysis.work(); }));

    std::vector<Closure> closures;
    SectionSizes sections;
    for (auto& future : shares) {
        const Share share = future.get();
        closures.insert(closures.end(), share.closures.begin(), share.closures.end());
        for (const auto& [name, section] : share.sections) {
            auto& sum = sections.try_emplace(name, SectionSize{.name = name}).first->second;
            sum.packages += section.packages;
            sum.installed_kib += section.installed_kib;
        }
    }
    Findings findings = summarise(std::move(closures), sections);
    findings.snapshot = snapshot.version();
    return findings;
}

}  // namespace packages
