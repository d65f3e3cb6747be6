#include "core/lmdb/pages/survey.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/commit_row.hpp"
#include "core/lmdb/keys.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/schema/node.hpp"

namespace vitrine::core::lmdb {
namespace {

class Surveyor {
  public:
    Surveyor(const PageFile& file, SurveyProgress progress)
        : file_(file),
          progress_(progress),
          layout_(find_layout(file, result_.page_faults)),
          meta_faults_(!result_.page_faults.empty()),
          census_(file, layout_.meta.last_page, result_.page_faults),
          rows_(file) {}

    Survey run();

  private:
    void walk_tables();
    void search_unclaimed();
    void search_misplaced();
    void search_for_newer();
    void look_at_stray(const Page& page, bool certain);
    void take_small(const Page& page);
    void take_type(const Node& node);
    void take_commit(const Node& node);
    void take_state(const Node& node);
    void finish();
    void forget_uncertain();
    void tick();

    const PageFile& file_;
    SurveyProgress progress_;
    Survey result_;
    Layout layout_;
    const bool meta_faults_;
    Census census_;
    RowSearch rows_;
    std::map<TypeId, std::vector<Word>> types_;
    std::map<TypeId, std::string> lost_types_;
    std::map<Version, CommitRow> commits_;
    std::set<Version> lost_commits_;
    bool torn_ = false;  // the table of objects, or the way to it
    std::uint64_t seen_ = 0;
};

void Surveyor::tick() {
    if (++seen_ % 64 == 0 && !progress_(std::min(seen_, census_.pages()), census_.pages()))
        throw CancelledError("reading " + file_.name() + " was cancelled");
}

Survey Surveyor::run() {
    result_.pages = file_.pages();
    result_.state = layout_.state;
    if (file_.bytes() == 0) return std::move(result_);
    check_heads(layout_, result_.page_faults);
    walk_tables();
    census_.check_unclaimed();
    search_unclaimed();
    search_misplaced();
    if (meta_faults_ && layout_.state) search_for_newer();
    rows_.match_overflows();
    finish();
    return std::move(result_);
}

void Surveyor::walk_tables() {
    census_.take_free_list(layout_.meta.free_list);
    std::size_t faults = result_.page_faults.size();
    census_.walk(layout_.meta.main, [&](const Visit& visit) {
        tick();
        if (visit.foreign()) look_at_stray(visit.page, true);
    });
    torn_ = result_.page_faults.size() != faults;
    bool objects = false;
    for (const TableHead& table : layout_.tables) {
        faults = result_.page_faults.size();
        if (table.name == "objects") {
            objects = true;
            census_.walk(table, [&](const Visit& visit) {
                tick();
                if (!visit.leaf_expected && !visit.sound) return look_at_stray(visit.page, true);
                rows_.take_leaf(visit.page, visit.sound, visit.bounds);
                if (!visit.sound) rows_.take_overflow(visit.page);
            });
            torn_ = torn_ || result_.page_faults.size() != faults;
        } else {
            census_.walk(table, [&](const Visit& visit) {
                tick();
                take_small(visit.page);
                if (visit.foreign()) look_at_stray(visit.page, true);
            });
        }
    }
    torn_ = torn_ || !objects;
    Page page;
    // Another page in the place of a meta page.
    for (const std::uint64_t number : {0, 1})
        if (file_.read(number, page) && page.leaf()) look_at_stray(page, true);
    for (const std::uint64_t number : census_.odd_pages())
        if (!census_.on_free_list(number) && file_.read(number, page)) look_at_stray(page, true);
}

/// Pages that nobody has: what a damaged page led to. If the list of free pages is damaged too, they
/// may be free.
void Surveyor::search_unclaimed() {
    const bool doubtful = census_.free_list_damaged() || layout_.searched;
    if (doubtful && !torn_) return;
    const std::uint64_t end = census_.last_page_exceeded() || meta_faults_
                                  ? file_.pages()
                                  : std::min(file_.pages(), layout_.meta.last_page + 1);
    Page page;
    for (std::uint64_t number = 2; number < end; ++number) {
        if (!census_.unclaimed(number) || !file_.read(number, page)) continue;
        tick();
        look_at_stray(page, !doubtful);
        result_.searched_free_pages = result_.searched_free_pages || doubtful;
    }
}

/// What belongs on a damaged page may have been written to another one, which is free.
void Surveyor::search_misplaced() {
    std::set<std::uint64_t> damaged;
    for (const PageFault& fault : result_.page_faults) damaged.insert(fault.page);
    if (damaged.empty()) return;
    Page page;
    for (std::uint64_t number = 2; number < file_.pages(); ++number) {
        if (!census_.on_free_list(number) || !file_.read(number, page)) continue;
        tick();
        const std::uint64_t home = page.stored_number();
        if (home != number && damaged.contains(home)) look_at_stray(page, true);
    }
}

/// With one of the meta pages damaged, the newest commit may be the one that it led to: its rows are
/// on pages that the older one counts as free, and no other row is newer.
void Surveyor::search_for_newer() {
    RowSearch all(file_);
    Page page;
    for (std::uint64_t number = 2; number < file_.pages(); ++number) {
        const bool searched = census_.unclaimed(number) || !census_.on_free_list(number);
        if (searched || !file_.read(number, page) || !page.leaf()) continue;
        tick();
        all.take_leaf(page, page.bounds_sound(), {});
    }
    for (const FoundRow& row : all.take_rows())
        if (row.key.version > layout_.state->newest) rows_.add(row);
}

void Surveyor::look_at_stray(const Page& page, bool certain) {
    if (page.flags() == kOverflowPage) return rows_.take_overflow(page);
    const bool leaf = page.leaf() && page.bounds_sound();
    if (leaf) take_small(page);
    if (page.branch() && page.bounds_sound()) return;
    rows_.take_stray(page, certain);
}

/// Rows of all tables but that of objects are told apart by their keys.
void Surveyor::take_small(const Page& page) {
    if (!page.leaf() || !page.bounds_sound()) return;
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (!node) continue;
        if (node->key.size() == sizeof kMetaKey - 1) take_state(*node);
        if (node->key.size() != sizeof(TypeKey) || (node->flags & ~kBigData) != 0) continue;
        // Cap'n Proto's type ids have the highest bit; the numbers of commits never get there.
        if ((std::to_integer<unsigned>(node->key[0]) & 0x80U) != 0) {
            take_type(*node);
        } else {
            take_commit(*node);
        }
    }
}

void Surveyor::take_state(const Node& node) {
    std::vector<std::byte> value;
    if (!read_value(file_, node, value)) return;
    try {
        const StorageState state = decode_meta({value.size(), value.data()}, file_.name());
        if (!result_.state || result_.state->newest < state.newest) result_.state = state;
    } catch (const Error&) {
        return;  // its loss was told as that of the table
    }
}

void Surveyor::take_type(const Node& node) {
    StoredType type{swapped(load<std::uint64_t>(node.key.data(), 0)), {}};
    std::vector<std::byte> value;
    try {
        if (!read_value(file_, node, value) || value.size() % sizeof(Word) != 0)
            throw CorruptionError("the stored schema of type " + schema::hex_id(type.id) +
                                  " cannot be read");
        type.node.resize(value.size() / sizeof(Word));
        std::copy(value.begin(), value.end(), std::as_writable_bytes(std::span(type.node)).begin());
        types_.emplace(type.id, schema::checked_copy(type));
    } catch (const std::exception& error) {
        lost_types_.emplace(type.id, error.what());
    }
}

void Surveyor::take_commit(const Node& node) {
    const Version version{swapped(load<std::uint64_t>(node.key.data(), 0))};
    std::vector<std::byte> value;
    try {
        if (!read_value(file_, node, value)) throw CorruptionError("unreadable");
        commits_.emplace(version, decode_commit(version, value, file_.name()));
    } catch (const std::exception&) {
        lost_commits_.insert(version);
    }
}

/// Of rows that may have been free, only what is newer than all that is certain.
void Surveyor::forget_uncertain() {
    std::vector<FoundRow>& rows = result_.rows;
    std::vector<FoundRow> kept;
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t end = begin;
        while (end < rows.size() && rows[end].key.id == rows[begin].key.id) ++end;
        for (std::size_t i = begin; i < end; ++i)
            if (rows[i].certain || i + 1 == end) kept.push_back(rows[i]);
        begin = end;
    }
    rows = std::move(kept);
}

void Surveyor::finish() {
    result_.rows = rows_.take_rows();
    result_.damaged = rows_.take_damaged();
    if (result_.searched_free_pages) forget_uncertain();
    for (const FoundRow& row : result_.rows) result_.bytes += row.bytes;
    for (auto& [id, node] : types_) result_.types.push_back({id, std::move(node)});
    for (const auto& [id, what] : lost_types_)
        if (!types_.contains(id)) result_.lost_types.push_back(what);
    for (auto& [version, commit] : commits_) result_.commits.push_back(std::move(commit));
    for (const Version version : lost_commits_)
        if (!commits_.contains(version)) ++result_.lost_commits;
}

}  // namespace

Survey survey(const PageFile& file, SurveyProgress progress) {
    return Surveyor(file, progress).run();
}

std::string to_text(const RowDamage& damage) {
    if (damage.row)
        return fmt::format("object #{}, version {}, on page {}: {}", damage.row->id.value,
                           damage.row->version.value(), damage.page, damage.what);
    std::string place;
    if (damage.after) place += fmt::format(" from object #{}", damage.after->id.value);
    if (damage.before) place += fmt::format(" up to object #{}", damage.before->id.value);
    return fmt::format("page {}, with rows{}: {}", damage.page,
                       place.empty() ? " of unknown objects" : place, damage.what);
}

}  // namespace vitrine::core::lmdb
