#include "tests/crash/power_loss/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::crash {
namespace {

constexpr std::size_t kSector = 512;

void put(std::string& bytes, std::uint64_t offset, std::string_view data) {
    if (bytes.size() < offset + data.size()) bytes.resize(offset + data.size());
    bytes.replace(offset, data.size(), data);
}

bool overlap(const Record& a, const Record& b) {
    return a.kind == Record::write && b.kind == Record::write &&
           a.offset < b.offset + b.data.size() && b.offset < a.offset + a.data.size();
}

bool one_in(std::uint64_t count, std::mt19937_64& random) { return random() % count == 0; }

}  // namespace

Disk::Disk(const FileLog& log) : log_(log), names_(log.first_names()) {
    for (const auto& [name, file] : names_) files_[file].synced = log.first_contents().at(file);
}

void Disk::apply(const Record& record, std::string& bytes) {
    if (record.kind == Record::write) {
        put(bytes, record.offset, record.data);
    } else if (!record.grows_only || record.size > bytes.size()) {
        bytes.resize(record.size);
    }
}

void Disk::apply(const Record& record, Names& names) {
    if (record.kind == Record::create) names[record.name] = record.file;
    if (record.kind == Record::unlink) names.erase(record.name);
    if (record.kind != Record::rename || !names.contains(record.name)) return;
    names[record.target] = names.at(record.name);
    names.erase(record.name);
}

/// A write that went through the page cache takes along what was written to its place before.
void Disk::settle_write(File& file, const Record* write) {
    const auto end = std::find(file.pending.begin(), file.pending.end(), write);
    for (auto one = file.pending.begin(); one != end; ++one)
        if (overlap(**one, *write)) apply(**one, file.synced);
    apply(*write, file.synced);
    std::erase_if(file.pending, [&](const Record* one) {
        return one == write || (one < write && overlap(*one, *write));
    });
}

void Disk::take(const Record& record) {
    switch (record.kind) {
        case Record::write:
        case Record::resize: files_[record.file].pending.push_back(&record); return;
        case Record::wrote:
            settle_write(files_[record.file], &log_.records().at(record.of));
            return;
        case Record::sync: {
            File& file = files_[record.file];
            for (const Record* one : file.pending) apply(*one, file.synced);
            file.pending.clear();
            return;
        }
        case Record::create:
        case Record::rename:
        case Record::unlink: pending_names_.push_back(&record); return;
        case Record::sync_folder:
            for (const Record* one : pending_names_) apply(*one, names_);
            pending_names_.clear();
            return;
        case Record::note: return;
    }
}

bool Disk::settled() const {
    return pending_names_.empty() && std::all_of(files_.begin(), files_.end(), [](const auto& one) {
               return one.second.pending.empty();
           });
}

void Disk::tear(const Record& record, std::mt19937_64& random, std::string& bytes) {
    for (std::size_t at = 0; at < record.data.size();) {
        const std::size_t end = std::min<std::size_t>(
            record.data.size(), ((record.offset + at) / kSector + 1) * kSector - record.offset);
        if (random() % 2 == 0)
            put(bytes, record.offset + at, std::string_view(record.data).substr(at, end - at));
        at = end;
    }
}

std::string Disk::image_of(const File& file, Luck luck, std::mt19937_64& random) const {
    std::string bytes = file.synced;
    if (luck == Luck::nothing) return bytes;
    std::vector<const Record*> chosen = file.pending;
    if (luck == Luck::some) {
        std::uint64_t end = 0;
        for (const Record* one : chosen) end = std::max(end, one->offset + one->data.size());
        if (end > bytes.size() && one_in(4, random)) bytes.resize(end);  // only its size came
        const std::uint64_t share = 1 + random() % 7;
        std::erase_if(chosen, [&](const Record*) { return random() % 8 >= share; });
        if (one_in(2, random)) std::shuffle(chosen.begin(), chosen.end(), random);
    }
    for (const Record* one : chosen) {
        if (luck == Luck::some && one->kind == Record::write && one_in(4, random)) {
            tear(*one, random, bytes);
        } else {
            apply(*one, bytes);
        }
    }
    return bytes;
}

void Disk::lose_power(Luck luck, std::mt19937_64& random,
                      const std::filesystem::path& folder) const {
    Names names = names_;
    for (const Record* one : pending_names_)
        if (luck == Luck::everything || (luck == Luck::some && random() % 2 == 0))
            apply(*one, names);
    for (const auto& [name, number] : names) {
        const auto file = files_.find(number);
        core::testing::write_bytes(
            folder / name, file == files_.end() ? "" : image_of(file->second, luck, random));
    }
}

}  // namespace vitrine::crash
