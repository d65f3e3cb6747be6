#include "tests/support/history/graph.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "tests/support/history/tell.hpp"

namespace vitrine::test::history {
namespace {

// Of readers of a list's newest known state, and of appends that nobody saw: what comes of each with
// each. The square of more says nothing new.
constexpr std::size_t kTailReaders = 64;
constexpr std::size_t kTailAppends = 64;

}  // namespace

Graph::Graph(const Observations& seen)
    : seen_(seen),
      transactions_(static_cast<std::uint32_t>(seen.history().size())),
      nodes_(transactions_) {
    add_overwritings();
    add_reads();
    add_processes();
    add_time();
    pack();
}

// What nobody appended, or nobody was to see, is an anomaly already and orders nothing.
bool Graph::counts(Element element) const {
    const Observations::Append* from = seen_.append(element);
    return from != nullptr && !from->taken_back && seen_.committed(from->transaction);
}

void Graph::add_overwritings() {
    for (const auto& [key, growth] : seen_.growths()) {
        const Observations::Append* last = nullptr;
        for (const Element element : growth.order) {
            if (!counts(element)) continue;
            const Observations::Append* next = seen_.append(element);
            if (last != nullptr) add(last->transaction, next->transaction, Why::ww, element);
            last = next;
        }
        if (last == nullptr) continue;
        for (const Element element : growth.unseen)
            if (counts(element))
                add(last->transaction, seen_.append(element)->transaction, Why::ww, element);
    }
}

void Graph::add_reads() {
    std::unordered_map<Key, std::size_t> tail_readers;
    for (const Observations::Read& read : seen_.reads()) {
        const Observations::Growth& growth = seen_.growths().at(read.key);
        if (read.length > 0 && counts(growth.order[read.length - 1])) {
            const Element newest = growth.order[read.length - 1];
            add(seen_.append(newest)->transaction, read.transaction, Why::wr, newest);
        }
        std::size_t next = read.length;
        while (next < growth.order.size() && !counts(growth.order[next])) ++next;
        if (next < growth.order.size()) {
            const Element missed = growth.order[next];
            add(read.transaction, seen_.append(missed)->transaction, Why::rw, missed);
        } else if (!growth.unseen.empty() && tail_readers[read.key]++ < kTailReaders) {
            for (std::size_t i = 0; i < std::min(growth.unseen.size(), kTailAppends); ++i)
                if (counts(growth.unseen[i]))
                    add(read.transaction, seen_.append(growth.unseen[i])->transaction, Why::rw,
                        growth.unseen[i]);
        }
    }
}

void Graph::add_processes() {
    std::unordered_map<std::uint64_t, std::uint32_t> last;
    for (std::uint32_t number = 0; number < transactions_; ++number) {
        const std::uint64_t process = seen_.history()[number].process;
        if (process == kNoProcess || !seen_.committed(number)) continue;
        const auto [before, first] = last.try_emplace(process, number);
        if (!first) add(std::exchange(before->second, number), number, Why::process);
    }
}

void Graph::add_time() {
    const History& history = seen_.history();
    std::vector<std::pair<std::uint64_t, std::uint32_t>> ends;
    for (std::uint32_t number = 0; number < transactions_; ++number)
        if (seen_.committed(number) && history[number].ended != 0)
            ends.emplace_back(history[number].ended, number);
    std::sort(ends.begin(), ends.end());
    nodes_ += static_cast<std::uint32_t>(ends.size());
    for (std::uint32_t i = 0; i < ends.size(); ++i) {
        add(ends[i].second, transactions_ + i, Why::realtime);
        if (i > 0) add(transactions_ + i - 1, transactions_ + i, Why::via);
    }
    for (std::uint32_t number = 0; number < transactions_; ++number) {
        const std::uint64_t began = history[number].began;
        if (!seen_.committed(number) || began == 0) continue;
        const auto after = std::lower_bound(ends.begin(), ends.end(), std::pair(began, 0U));
        if (after == ends.begin()) continue;
        add(transactions_ + static_cast<std::uint32_t>(after - ends.begin()) - 1, number, Why::via);
    }
}

void Graph::pack() {
    begins_.assign(nodes_ + std::size_t{1}, 0);
    for (const Draft& draft : drafts_) ++begins_[draft.from + std::size_t{1}];
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    edges_.resize(drafts_.size());
    std::vector<std::size_t> at(begins_.begin(), begins_.end() - 1);
    for (const Draft& draft : drafts_) edges_[at[draft.from]++] = draft.edge;
    drafts_ = {};
}

std::string Graph::tell(std::uint32_t from, const Edge& edge, std::uint32_t to) const {
    const std::string a = history::tell(from), b = history::tell(to);
    const std::string element = std::to_string(edge.element);
    const Observations::Append* append = seen_.append(edge.element);
    const std::string list = append == nullptr ? "" : history::tell(append->key);
    switch (edge.why) {
        case Why::ww:
            return a + " -ww-> " + b + " (" + b + " appended " + element + " to " + list +
                   " after what " + a + " had appended)";
        case Why::wr:
            return a + " -wr-> " + b + " (" + b + " read " + element + " of " + a + " in " + list +
                   ")";
        case Why::rw:
            return a + " -rw-> " + b + " (" + a + " read " + list + " without " + element + " of " +
                   b + ")";
        case Why::process:
            return a + " -process-> " + b + " (process " +
                   std::to_string(seen_.history()[from].process) + " did " + a + " first)";
        case Why::realtime:
        case Why::via:
            return a + " -realtime-> " + b + " (" + a + " had ended when " + b + " began)";
    }
    return {};
}

}  // namespace vitrine::test::history
