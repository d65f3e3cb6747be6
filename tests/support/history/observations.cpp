#include "tests/support/history/observations.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "tests/support/history/tell.hpp"

namespace vitrine::test::history {
namespace {

const List kEmpty;

/// Every list that an operation says something about, the absent ones of a scan as well.
template <class See>
void for_each_list(const Op& op, See see) {
    if (op.kind == Op::Kind::read) see(op.key, op.list);
    if (op.kind != Op::Kind::scan) return;
    auto entry = op.entries.begin();
    for (Key key = op.key; key < op.end; ++key) {
        while (entry != op.entries.end() && entry->first < key) ++entry;
        see(key, entry != op.entries.end() && entry->first == key ? entry->second : kEmpty);
    }
}

bool ends_with(const List& list, const List& end) {
    return list.size() >= end.size() && std::equal(end.rbegin(), end.rend(), list.rbegin());
}

}  // namespace

/// Goes through one transaction with what it appended itself so far.
class Observations::Scribe {
  public:
    Scribe(Observations& all, std::uint32_t number) : all_(all), number_(number) {}

    void see(Key key, const List& list) {
        const auto mine = own_.find(key);
        const List& own = mine == own_.end() ? kEmpty : mine->second;
        if (!ends_with(list, own)) {
            all_.say(Phenomenon::internal, {number_},
                     tell(number_) + " read " + tell(key, list) + " and had appended " + tell(own));
            return;
        }
        Shown shown{number_, key, &list, list.size() - own.size()};
        const auto [before, first] = seen_.try_emplace(key, shown);
        shown.first = first;
        const Shown& earlier = before->second;
        if (!first && (earlier.others != shown.others ||
                       !std::equal(list.begin(), list.begin() + static_cast<long>(shown.others),
                                   earlier.list->begin())))
            all_.say(
                Phenomenon::internal, {number_},
                tell(number_) + " read " + tell(key, *earlier.list) + " and then " + tell(list));
        all_.shown_.push_back(shown);
    }
    void append(const Op& op) {
        List& own = own_[op.key];
        own.insert(own.end(), op.list.begin(), op.list.end());
    }
    void save() { saved_.push_back(own_); }
    void roll_back() {
        own_ = std::move(saved_.back());
        saved_.pop_back();
    }
    [[nodiscard]] const std::map<Key, List>& own() const { return own_; }

  private:
    Observations& all_;
    std::uint32_t number_;
    std::map<Key, List> own_;
    std::vector<std::map<Key, List>> saved_;
    std::map<Key, Shown> seen_;
};

Observations::Observations(const History& history, Report& report)
    : history_(history), report_(report), committed_(history.size()) {
    for (std::size_t i = 0; i < history.size(); ++i)
        committed_[i] = history[i].outcome == Outcome::committed;
    note_appends();
    settle_unknown_outcomes();
    note_reads();
    settle_orders();
    check_reads();
    check_updates();
}

const Observations::Append* Observations::append(Element element) const {
    const auto found = appends_.find(element);
    return found == appends_.end() ? nullptr : &found->second;
}

void Observations::say(Phenomenon what, std::vector<std::uint32_t> transactions, std::string why) {
    report_.add({what, Order::none, std::move(transactions), std::move(why)});
}

void Observations::note_appends() {
    std::vector<std::size_t> saved;
    List here;
    for (std::uint32_t number = 0; number < history_.size(); ++number) {
        here.clear();
        saved.clear();
        for (const Op& op : history_[number].ops) {
            if (op.kind == Op::Kind::savepoint) saved.push_back(here.size());
            if (op.kind == Op::Kind::roll_back) {
                for (std::size_t i = saved.back(); i < here.size(); ++i)
                    appends_.at(here[i]).taken_back = true;
                here.resize(saved.back());
                saved.pop_back();
            }
            if (op.kind != Op::Kind::append) continue;
            for (const Element element : op.list) {
                const bool fresh = appends_.try_emplace(element, Append{number, op.key}).second;
                if (!fresh)
                    say(Phenomenon::duplicate, {number},
                        std::to_string(element) + " was appended twice: the program's mistake");
                here.push_back(element);
            }
        }
        std::map<Key, Element> last;
        for (const Element element : here) last[appends_.at(element).key] = element;
        for (const auto& [key, element] : last) appends_.at(element).last = true;
    }
}

// Who was seen did commit.
void Observations::settle_unknown_outcomes() {
    const bool none = std::none_of(history_.begin(), history_.end(), [](const Transaction& one) {
        return one.outcome == Outcome::unknown;
    });
    if (none) return;
    for (const Transaction& one : history_) {
        if (one.outcome != Outcome::committed) continue;
        for (const Op& op : one.ops)
            for_each_list(op, [&](Key, const List& list) {
                for (const Element element : list) {
                    const Append* from = append(element);
                    if (from != nullptr && !from->taken_back &&
                        history_[from->transaction].outcome == Outcome::unknown)
                        committed_[from->transaction] = true;
                }
            });
    }
}

void Observations::note_reads() {
    for (std::uint32_t number = 0; number < history_.size(); ++number) {
        if (!committed_[number]) continue;
        Scribe scribe(*this, number);
        for (const Op& op : history_[number].ops) {
            for_each_list(op, [&](Key key, const List& list) { scribe.see(key, list); });
            if (op.kind == Op::Kind::append) scribe.append(op);
            if (op.kind == Op::Kind::savepoint) scribe.save();
            if (op.kind == Op::Kind::roll_back) scribe.roll_back();
        }
        for (const auto& [key, list] : scribe.own())
            for (const Element element : list) growths_[key].unseen.push_back(element);
    }
}

void Observations::settle_orders() {
    std::unordered_map<Key, std::pair<const List*, std::size_t>> longest;
    for (const Shown& shown : shown_) {
        // Its own come to stay unless it took them back.
        std::size_t length = shown.list->size();
        while (length > shown.others && append((*shown.list)[length - 1])->taken_back) --length;
        auto& best = longest[shown.key];
        if (best.first == nullptr || length > best.second) best = {shown.list, length};
    }
    for (const auto& [key, best] : longest) {
        Growth& growth = growths_[key];
        growth.order.assign(best.first->begin(),
                            best.first->begin() + static_cast<long>(best.second));
        check_order(key, growth.order);
    }
    for (auto& [key, growth] : growths_) {
        List in_order = growth.order;
        std::sort(in_order.begin(), in_order.end());
        std::erase_if(growth.unseen, [&](Element element) {
            return std::binary_search(in_order.begin(), in_order.end(), element);
        });
    }
}

void Observations::check_order(Key key, const List& order) {
    List sorted = order;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
        say(Phenomenon::duplicate, {}, std::to_string(*twice) + " is twice in " + tell(key, order));
    for (const Element element : order) {
        const Append* from = append(element);
        if (from == nullptr || from->key != key) {
            say(Phenomenon::unknown_element, {},
                std::to_string(element) + " was not appended to " + tell(key, order));
        } else if (from->taken_back || !committed_[from->transaction]) {
            say(Phenomenon::g1a, {from->transaction},
                std::to_string(element) + " in " + tell(key, order) + " is of " +
                    tell(from->transaction) +
                    (from->taken_back ? ", which rolled it back" : ", which aborted"));
        }
    }
}

void Observations::check_reads() {
    for (const Shown& shown : shown_)
        if (shown.first) check_read(shown);
}

void Observations::check_read(const Shown& shown) {
    const List& order = growths_.at(shown.key).order;
    const auto end = shown.list->begin() + static_cast<long>(shown.others);
    if (shown.others > order.size() || !std::equal(shown.list->begin(), end, order.begin())) {
        const List others(shown.list->begin(), end);
        say(Phenomenon::incompatible_order, {shown.transaction},
            tell(shown.transaction) + " read " + tell(shown.key, others) +
                ", others read: " + tell(order));
        check_order(shown.key, others);
        return;
    }
    reads_.push_back({shown.transaction, shown.key, shown.others});
    if (shown.others == 0) return;
    const Element newest = *(end - 1);
    const Append* from = append(newest);
    if (from == nullptr) return;
    if (from->transaction == shown.transaction) {
        say(Phenomenon::internal, {shown.transaction},
            tell(shown.transaction) + " read its own " + std::to_string(newest) +
                " without having appended it: " + tell(shown.key, *shown.list));
    } else if (!from->last && !from->taken_back && committed_[from->transaction]) {
        say(Phenomenon::g1b, {shown.transaction, from->transaction},
            tell(shown.transaction) + " read " + tell(shown.key, *shown.list) +
                " from the middle of " + tell(from->transaction));
    }
}

void Observations::check_updates() {
    std::vector<std::pair<std::uint32_t, Key>> appended;
    for (const auto& [element, from] : appends_)
        if (from.last && committed_[from.transaction])
            appended.emplace_back(from.transaction, from.key);
    std::sort(appended.begin(), appended.end());
    std::vector<Read> updates;
    for (const Read& read : reads_)
        if (std::binary_search(appended.begin(), appended.end(),
                               std::pair(read.transaction, read.key)))
            updates.push_back(read);
    const auto place = [](const Read& read) { return std::pair(read.key, read.length); };
    std::sort(updates.begin(), updates.end(),
              [&](const Read& a, const Read& b) { return place(a) < place(b); });
    for (std::size_t i = 1; i < updates.size(); ++i) {
        const Read &one = updates[i - 1], &other = updates[i];
        if (place(one) != place(other)) continue;
        say(Phenomenon::lost_update, {one.transaction, other.transaction},
            tell(one.transaction) + " and " + tell(other.transaction) + " both read the first " +
                std::to_string(one.length) + " of " + tell(one.key) + " and appended to it");
    }
}

}  // namespace vitrine::test::history
