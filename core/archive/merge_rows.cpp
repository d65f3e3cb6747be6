#include "core/archive/merge_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/record.hpp"

namespace vitrine::core::archive {
namespace {

bool tells_survivors(const Entry* entry) {
    return entry != nullptr && (entry->kind == EntryKind::run || entry->kind == EntryKind::mask);
}

}  // namespace

struct MergeRows::Object {
    ObjectId id;
    std::optional<Version> newer{};  // the last row seen
    std::vector<std::pair<Version, Version>> ends{};
    bool ended = false;  // all that is older lies before the span
};

MergeRows::MergeRows(const Chain& chain, Span span) : span_(span) {
    for (std::size_t i = 0; i < chain.size(); ++i)
        sources_.push_back(std::make_unique<Source>(chain.at(i), i == 0));
}

bool MergeRows::next_object(FunctionRef<void(const StateRow&)> sink) {
    Object object{};
    for (const auto& source : sources_) {
        if (source->row == nullptr) continue;
        const ObjectId id{source->row->number};
        if (!object.id || id < object.id) object.id = id;
    }
    if (!object.id) return false;
    place_ = object.id;
    for (auto source = sources_.rbegin(); source != sources_.rend(); ++source) {
        take_rows(**source, object, sink);
        if (!(*source)->first && !(*source)->survives(object.id)) object.ended = true;
    }
    return true;
}

void MergeRows::take_rows(Source& source, Object& object,
                          FunctionRef<void(const StateRow&)> sink) const {
    for (; source.row != nullptr && source.row->number == object.id.value; source.advance()) {
        const Entry& entry = *source.row;
        const Version version{entry.first};
        if (entry.kind == EntryKind::end) {
            object.ends.emplace_back(version, Version{entry.second});
            continue;
        }
        if (entry.kind != EntryKind::row || (object.newer && version >= *object.newer))
            source.rows.refuse();
        const bool tombstone = check_row(object.id, version, entry.words).tombstone();
        if (version > span_.newest || object.ended) continue;
        StateRow row{
            {object.id, version}, object.newer.value_or(kOpen), false, tombstone, entry.words};
        object.newer = version;
        for (const auto& [born, until] : object.ends)
            if (born == version && until <= span_.newest) row.until = std::min(row.until, until);
        if (span_.has(version, row.until, tombstone)) sink(row);
    }
}

void MergeRows::Source::advance() {
    const std::uint64_t before = row->number;
    row = rows.next();
    if (row != nullptr && row->number < before) rows.refuse();
}

bool MergeRows::Source::survives(ObjectId id) {
    for (; tells_survivors(survivor); survivor = rest.next()) {
        if (survivor->number > id.value) return false;
        const std::uint64_t distance = id.value - survivor->number;
        if (survivor->kind == EntryKind::run) {
            if (distance < survivor->first) return true;
        } else if (distance < 64) {
            return (survivor->first >> distance & 1) != 0;
        }
    }
    return false;
}

const Entry* MergeRows::begin_of_rest(std::size_t index) {
    Source& source = *sources_[index];
    while (tells_survivors(source.survivor)) source.survivor = source.rest.next();
    return source.survivor;
}

}  // namespace vitrine::core::archive
