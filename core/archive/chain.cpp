#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/archive/restore.hpp"
#include "core/archive/state_scan.hpp"

namespace vitrine::core::archive {
namespace {

void expect_follows(const ArchiveFile& archive, const ArchiveFile& before) {
    const Header& header = archive.header();
    const Header& last = before.header();
    if (header.identity != last.identity)
        throw StorageError(fmt::format("{}: the archive is of another store than {}",
                                       archive.name(), before.name()));
    if (!header.since)
        throw StorageError(fmt::format("{}: a full archive; only the first one of a chain is full",
                                       archive.name()));
    if (*header.since != last.to)
        throw StorageError(
            fmt::format("{}: the archive begins after version {}, but {} ends with version {}",
                        archive.name(), header.since->value(), before.name(), last.to.value()));
    if (header.since_time && *header.since_time != last.to_time)
        throw StorageError(
            fmt::format("{}: the archive begins after another version {} than that "
                        "with which {} ends",
                        archive.name(), last.to.value(), before.name()));
}

Span span_in(const ArchiveFile& archive) {
    return span_of(archive.trailer().history, archive.header().to);
}

}  // namespace

Chain::Chain(const std::vector<std::filesystem::path>& files) {
    if (files.empty()) throw UsageError("a chain of archives has a full one at least");
    for (const auto& file : files) archives_.push_back(std::make_unique<ArchiveFile>(file));
    if (at(0).header().since)
        throw StorageError(
            fmt::format("{}: the archive has only what changed after version {}; a chain begins "
                        "with a full one",
                        at(0).name(), at(0).header().since->value()));
    for (std::size_t i = 1; i < size(); ++i) expect_follows(at(i), at(i - 1));
}

void Chain::cut_to(Version version) {
    const auto found = std::find_if(archives_.begin(), archives_.end(),
                                    [&](const auto& one) { return one->header().to >= version; });
    if (found != archives_.end() && span_in(**found).oldest <= version) {
        archives_.erase(found + 1, archives_.end());
        return;
    }
    std::string kept;
    for (const auto& archive : archives_) {
        const Span span = span_in(*archive);
        if (!kept.empty()) kept += ", ";
        kept += span.oldest == span.newest
                    ? std::to_string(span.newest.value())
                    : fmt::format("{} to {}", span.oldest.value(), span.newest.value());
    }
    throw StorageError(
        fmt::format("version {} is not in the archives; they have {}", version.value(), kept));
}

}  // namespace vitrine::core::archive
